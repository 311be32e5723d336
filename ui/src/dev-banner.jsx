// The banner that tells, in development, what is wrong with the last edit of the
// schema, the SQL or the settings. It lies over GraphiQL and takes nothing away
// from it: the server goes on with what was there before, and so does the page.
// When a new schema serves, the page introspects it; the editors keep their text.

import { useEffect, useRef, useState } from 'react';
import { useGraphiQLActions } from '@graphiql/react';
import { watchDevStatus } from './dev-status.js';

function place({ file, line, column }) {
  return [file, line, column].filter(Boolean).join(':'); // 0 is none
}

function Problem({ error }) {
  return (
    <li>
      <p>
        {place(error) && <code className="dev-banner-place">{place(error)}</code>}
        <span className="dev-banner-message">{error.message}</span>
      </p>
      {error.excerpt && <pre>{error.excerpt}</pre>}
      {error.hint && <p className="dev-banner-hint">Hint: {error.hint}</p>}
    </li>
  );
}

// What is broken, by the kind of file, and what serves meanwhile.
function words(errors, generation) {
  const kind = /\.(sql|ya?ml)$/.exec(errors[0]?.file ?? '')?.[1] ?? 'graphql';
  const previous = (what) => (generation === 0
    ? 'Nothing is served until it is mended.' : `The previous ${what} keeps serving.`);
  if (kind === 'sql') return ['The SQL can’t be run', previous('database')];
  if (kind !== 'graphql') return ['The settings are wrong', 'The previous ones stay in force.'];
  return [errors.length > 1 ? `${errors.length} errors in the schema`
    : 'The schema does not compile', previous('schema')];
}

export function DevBanner({ url }) {
  const { introspect } = useGraphiQLActions();
  const [errors, setErrors] = useState(null);
  const [generation, setGeneration] = useState();
  const [dismissed, setDismissed] = useState(null);
  const last = useRef(null);

  useEffect(() => watchDevStatus(url, (status) => {
    const before = last.current;
    last.current = status;
    setGeneration(status.generation);
    if (!status.ok) {
      setErrors(status.errors ?? []);
      return;
    }
    setErrors(null);
    setDismissed(null);
    if (before && (!before.ok || before.generation !== status.generation)) introspect();
  }), [url, introspect]);

  // Other errors than those dismissed are shown again.
  const key = errors && JSON.stringify(errors);
  const shown = errors !== null && dismissed !== key;
  const [title, meanwhile] = shown ? words(errors, generation) : [];
  return (
    <div className="dev-banner-region" role="status" aria-live="polite">
      {shown && (
        <section className="dev-banner" aria-label="Errors of the project">
          <header>
            <h2>{title}</h2>
            <span>{meanwhile}</span>
            <button type="button" aria-label="Dismiss" onClick={() => setDismissed(key)}>×</button>
          </header>
          <ol>{errors.map((error, i) => <Problem key={i} error={error} />)}</ol>
        </section>
      )}
    </div>
  );
}

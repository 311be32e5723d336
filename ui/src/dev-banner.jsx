// The banner that tells, in development, why the last edit of the schema did not
// compile. It lies over GraphiQL and takes nothing away from it: the server goes
// on with the previous schema, and so does the page. When a new schema serves,
// the page introspects it; the editors keep their text.

import { useEffect, useRef, useState } from 'react';
import { useGraphiQLActions } from '@graphiql/react';
import { watchDevStatus } from './dev-status.js';

function place({ file, line, column }) {
  return [file, line, column].filter((part) => part !== undefined && part !== null).join(':');
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

function title(count) {
  return count > 1 ? `${count} errors in the schema` : 'The schema does not compile';
}

export function DevBanner({ url }) {
  const { introspect } = useGraphiQLActions();
  const [errors, setErrors] = useState(null);
  const [dismissed, setDismissed] = useState(null);
  const last = useRef(null);

  useEffect(() => watchDevStatus(url, (status) => {
    const before = last.current;
    last.current = status;
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
  return (
    <div className="dev-banner-region" role="status" aria-live="polite">
      {shown && (
        <section className="dev-banner" aria-label="Schema errors">
          <header>
            <h2>{title(errors.length)}</h2>
            <span>The previous schema keeps serving.</span>
            <button type="button" aria-label="Dismiss" onClick={() => setDismissed(key)}>×</button>
          </header>
          <ol>{errors.map((error, i) => <Problem key={i} error={error} />)}</ol>
        </section>
      )}
    </div>
  );
}

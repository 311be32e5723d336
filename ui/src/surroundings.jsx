// What GraphiQL itself leaves as it was when the page was opened: the editor's
// colours, when the system changes between light and dark; and long lines, when
// the window becomes narrow (style.css then puts the panes below one another).

import { useEffect, useSyncExternalStore } from 'react';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

// As in style.css.
const NARROW = '(max-width: 700px)';

function useMedia(query) {
  return useSyncExternalStore((onChange) => {
    const media = matchMedia(query);
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, () => matchMedia(query).matches);
}

export function Surroundings() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  const dark = useMedia('(prefers-color-scheme: dark)');
  const narrow = useMedia(NARROW);

  // Null is the system's theme; setting it again makes the editor look anew.
  useEffect(() => {
    if (theme === null) setTheme(null);
  }, [dark, theme, setTheme]);

  useEffect(() => {
    for (const editor of [query, variables, headers]) {
      editor?.updateOptions({ wordWrap: narrow ? 'on' : 'off' });
    }
  }, [narrow, query, variables, headers]);

  return null;
}

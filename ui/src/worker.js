// One file for the three kinds of background worker of the editor. The page
// starts it with the kind as the worker's name, so that the code they share is
// bundled once. The imports run in a microtask, before the first message.

import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker.js';

if (globalThis.name === 'graphql') {
  import('monaco-graphql/esm/graphql.worker.js');
} else if (globalThis.name === 'json') {
  import('monaco-editor/esm/vs/language/json/json.worker.js');
} else {
  globalThis.onmessage = () => initialize(null);
}

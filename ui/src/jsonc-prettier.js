// Prettier formats the variables and headers editors with its JavaScript
// parser, half a megabyte for a few lines of JSON. This takes its place and
// formats with jsonc-parser, which the page has anyway; comments are kept.

import { applyEdits, format as edits } from 'jsonc-parser';

export const printers = {};
export const parsers = {};

export function format(text) {
  const options = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return applyEdits(text, edits(text, undefined, options));
}

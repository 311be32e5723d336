// Spoils a text of GraphQL a little: tokens left out, doubled, swapped or replaced, blocks cut or doubled,
// names misspelt, characters of all kinds put in. Most results are wrong in one place.

import { parse } from 'graphql';
import { string, tooLarge } from './literals.mjs';

const TOKEN = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|[_A-Za-z]\w*|-?\d[\w.+]*|\.\.\.|\s+|[^]/gu;
const PUNCTUATION = [
  '!',
  '$',
  '&',
  '(',
  ')',
  '...',
  ':',
  '=',
  '@',
  '[',
  ']',
  '{',
  '}',
  '|',
  ',',
  '?',
  '.',
  '..',
];
const WORDS = [
  'query',
  'mutation',
  'subscription',
  'fragment',
  'on',
  'true',
  'false',
  'null',
  'type',
  'extend',
  'schema',
  'input',
  'enum',
  'union',
  'interface',
  'implements',
  'scalar',
  'directive',
  'repeatable',
  'FIELD',
  'String',
  'Int',
  'Boolean',
  '__typename',
  '__schema',
  '__type',
  '__Type',
  'Query',
  'Mutation',
  'nothing',
];
const RAW = [
  '\u0000',
  '\u0007',
  '\u007f',
  '\ufeff',
  '\u00a0',
  '\u2028',
  'é',
  '😀',
  '\\',
  "'",
  '"',
  '"""',
  '\t',
  '\r',
  '\n',
  ',',
  '\\u',
  '\\u{110000}',
  '\\uD800',
  '%',
  ';',
  '*',
  '~',
];
const NUMBERS = [
  ...tooLarge,
  '00',
  '01',
  '1.',
  '.5',
  '1e',
  '1.e1',
  '-',
  '0x1F',
  '1_000',
  '1a',
  '-0',
  '1.5',
  '0',
  '7',
  '1E+2',
];
const DIRECTIVES = [
  ' @skip(if: true)',
  ' @include(if: $v0)',
  ' @deprecated',
  ' @unknown',
  ' @dir0',
  ' @dir1',
  ' @oneOf',
  ' @skip',
  ' @specifiedBy(url: 1)',
  ' @include(if: "yes")',
  ' @skip(if: false, if: true)',
];

const SELECTIONS = [
  '...F0',
  '...F1',
  '...F2',
  '... on Object0 { __typename }',
  '... on Union0 { __typename }',
  '__typename',
  '... on Input0 { a }',
  '...F9',
  '... @skip(if: true) { __typename }',
  'x1: __typename',
  '__type(name: 1) { name }',
  '__schema { types { name } }',
];
const KEYWORDS = [
  'query',
  'mutation',
  'subscription',
  'fragment',
  'type',
  'interface',
  'union',
  'enum',
  'input',
  'schema',
  'extend',
];

const isName = (t) => /^[_A-Za-z]/.test(t);
const isBlank = (t) => /^\s+$/.test(t);
const isOpen = (t) => '({['.includes(t);

/** From an opening bracket to behind its closing one. */
function blockEnd(tokens, from) {
  let depth = 0;
  for (let i = from; i < tokens.length; i += 1) {
    if (tokens[i].length === 1 && '({['.includes(tokens[i])) depth += 1;
    if (tokens[i].length === 1 && ')}]'.includes(tokens[i])) depth -= 1;
    if (depth === 0) return i + 1;
  }
  return tokens.length;
}

function misspell(random, name) {
  const at = random.int(0, name.length - 1);
  return random
    .pick([
      name.slice(0, at) + name.slice(at + 1) || '_',
      name.slice(0, at) + random.pick(['x', 'e', '_', '1']) + name.slice(at),
      name + random.pick(['s', 'X', '_']),
      name.toUpperCase(),
      name.slice(1, 2) + name.slice(0, 1) + name.slice(2),
    ])
    .replace(/^\d/, '_');
}

const where = (random, tokens, test) => {
  const places = tokens.flatMap((t, i) => (test(t) ? [i] : []));
  return places.length ? random.pick(places) : -1;
};

const CHANGES = [
  [3, (random, tokens, i) => tokens.splice(i, 1)],
  [2, (random, tokens, i) => tokens.splice(i, 0, tokens[i], ' ')],
  [2, (random, tokens, i) => tokens.splice(i, 1, random.pick(PUNCTUATION))],
  [1, (random, tokens, i) => tokens.splice(i, 0, random.pick(PUNCTUATION))],
  [1, (random, tokens, i) => tokens.splice(i, 0, random.pick(RAW))],
  [2, (random, tokens, i) => tokens.splice(i, 0, random.pick(DIRECTIVES), ' ')],
  [1, (random, tokens, i) => tokens.splice(i, 0, random.pick(WORDS), ' ')],
  [1, (random, tokens) => tokens.splice(random.int(0, tokens.length))],
  [
    2,
    (random, tokens, i) => {
      const k = where(random, tokens, (t) => !isBlank(t));
      [tokens[i], tokens[k]] = [tokens[k], tokens[i]];
    },
  ],
  [
    5,
    (random, tokens) => {
      const i = where(random, tokens, isName);
      if (i >= 0) tokens[i] = misspell(random, tokens[i]);
    },
  ],
  [
    6,
    (random, tokens) => {
      const [i, k] = [where(random, tokens, isName), where(random, tokens, isName)];
      if (i >= 0) tokens[i] = random.chance(0.8) ? tokens[k] : random.pick(WORDS);
    },
  ],
  [
    4,
    (random, tokens) => {
      const i = where(random, tokens, (t) => /^["\d-]/.test(t) || ['true', 'false', 'null'].includes(t));
      if (i >= 0)
        tokens[i] = random.pick([
          string(random),
          random.pick(NUMBERS),
          'null',
          'true',
          'WORD',
          '{}',
          '[]',
          '$v0',
          '[1, "a"]',
        ]);
    },
  ],
  [
    3,
    (random, tokens) => {
      const i = where(random, tokens, isOpen);
      if (i >= 0) tokens.splice(i, blockEnd(tokens, i) - i);
    },
  ],
  [
    3,
    (random, tokens) => {
      const i = where(random, tokens, isOpen);
      if (i < 0) return;
      const block = tokens.slice(i, blockEnd(tokens, i));
      if (random.chance(0.5)) tokens.splice(i, 0, ...block);
      else tokens.splice(i + 1, 0, ...block.slice(1, -1), ' ');
    },
  ],
  [
    4,
    (random, tokens) => {
      // an alias that may be another field's name
      const [i, k] = [where(random, tokens, isName), where(random, tokens, isName)];
      if (i >= 0) tokens[i] = `${tokens[k]}: ${tokens[i]}`;
    },
  ],
  [
    3,
    (random, tokens) => {
      const i = where(random, tokens, (t) => t === '{' || t === '}');
      if (i >= 0) tokens.splice(i + (tokens[i] === '{' ? 1 : 0), 0, ` ${random.pick(SELECTIONS)} `);
    },
  ],
  [
    2,
    (random, tokens) => {
      // a definition twice
      const i = where(random, tokens, (t) => KEYWORDS.includes(t));
      const k = tokens.findIndex((t, at) => at > i && t === '{');
      if (i >= 0 && k > i) tokens.push(' ', ...tokens.slice(i, blockEnd(tokens, k)));
    },
  ],
  [
    3,
    (random, tokens) => {
      // `name: Type` and `$name: Type`: another type there
      const i = where(random, tokens, (t) => t === ':');
      const k = tokens.findIndex((t, at) => at > i && isName(t));
      if (i >= 0 && k > i)
        tokens[k] = random.pick([
          `[${tokens[k]}]`,
          `${tokens[k]}!`,
          `[${tokens[k]}!]!`,
          'Int',
          'Query',
          'Input0',
          'Object0',
        ]);
    },
  ],
];

/** Spoilt text; mostly still without syntax errors, so that later steps see it, unless `syntax` is the aim. */
export function mutate(random, text, { syntax = false } = {}) {
  for (let tries = syntax || random.chance(0.2) ? 0 : 6; tries > 0; tries -= 1) {
    const spoilt = change(random, text);
    if (isParsed(spoilt)) return spoilt;
  }
  return change(random, text);
}

function isParsed(text) {
  try {
    parse(text, { noLocation: true });
    return true;
  } catch {
    return false;
  }
}

function change(random, text) {
  const tokens = text.match(TOKEN) ?? [];
  for (
    let n = random.weighed([
      [6, 1],
      [3, 2],
      [1, 4],
    ]);
    n > 0 && tokens.length;
    n -= 1
  ) {
    const i = where(random, tokens, (t) => !isBlank(t));
    if (i < 0) break;
    random.weighed(CHANGES)(random, tokens, i);
  }
  return tokens.join('');
}

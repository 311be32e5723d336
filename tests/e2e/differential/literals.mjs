// Literals of GraphQL as text. `strings` and `numbers` hold what is awkward to read.

const SNIPPETS = [
  'a',
  'Zoë',
  '日本',
  '😀',
  ' ',
  '\\n',
  '\\t',
  '\\"',
  '\\\\',
  '\\u0041',
  '\\u{1F600}',
  '\\uD83D\\uDE00',
  '\\/',
  '#',
  '{',
  ',',
  '\t',
  '\u00a0',
  '\ufeff',
  "'",
  '`',
  '$',
  '\\b\\f\\r',
];
const BLOCK_SNIPPETS = [
  'a',
  'b c',
  '\n',
  '\n  ',
  '\n\t',
  '\n\n',
  '\r\n',
  '\r',
  '\\',
  '\\n',
  '"',
  '""',
  '\\"""',
  '😀',
  '  ',
  '\t',
  '\\u0041',
  '#',
];

export function string(random) {
  if (random.chance(0.75)) return `"${random.times(0, 5, () => random.pick(SNIPPETS)).join('')}"`;
  const text = random.times(0, 8, () => random.pick(BLOCK_SNIPPETS)).join('');
  return `"""${text
    .replace(/(?<!\\)"{3,}/g, '""x')
    .replace(/"$/, '" ')
    .replace(/\\$/, '\\ ')}"""`;
}

export function int(random) {
  return random.pick(['0', '-0', '1', '-1', '7', '2147483647', '-2147483648', String(random.int(-9999, 9999))]);
}

export function float(random) {
  return random.pick(['0.5', '-0.0', '1e3', '1.5E-7', '-3.25e+2', '123456.789', int(random)]);
}

export const tooLarge = [
  '2147483648',
  '-2147483649',
  '99999999999999999999',
  '1e400',
  '1e1000',
  '9007199254740993',
];

/** A literal for a custom scalar, which takes any. In a list it may be taken for the list's items: no null there. */
export function any(random, depth = 0, inObject = false) {
  return random.weighed([
    [3, () => string(random)],
    [3, () => int(random)],
    [2, () => float(random)],
    [1, () => 'true'],
    [inObject ? 1 : 0, () => 'null'],
    [1, () => 'WORD'],
    [depth < 2 ? 1 : 0, () => `[${random.times(0, 3, () => any(random, depth + 1)).join(', ')}]`],
    [
      depth < 2 ? 1 : 0,
      () => `{${random.times(0, 3, (i) => `k${i}: ${any(random, depth + 1, true)}`).join(' ')}}`,
    ],
  ])();
}

const SCALARS = {
  Int: int,
  Float: float,
  String: string,
  Boolean: (random) => random.pick(['true', 'false']),
  ID: (random) => random.pick([string(random), int(random)]),
};

/** A literal of a leaf type: `enums` gives the values of those that are enums. */
export function leaf(random, name, enums) {
  if (SCALARS[name]) return SCALARS[name](random);
  return enums[name] ? random.pick(enums[name]) : any(random);
}

export function description(random, indent = '') {
  if (!random.chance(0.2)) return '';
  return indent + string(random) + random.pick([' ', '\n', `\n${indent}`]);
}

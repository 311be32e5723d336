// JSON for an operation's variables: right by construction, then perhaps spoilt in a place or two.

import {
  Kind,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
} from 'graphql';

const LEAVES = {
  Int: (r) => r.pick([0, -1, 2147483647, -2147483648, r.int(-999, 999)]),
  Float: (r) => r.pick([0, 1.5, -3.25, 1e20, 123456789]),
  String: (r) => r.pick(['', 'text', 'Zoë "q" \\', '😀\n', '\u0000\u001f\u2028']),
  Boolean: (r) => r.pick([true, false]),
  ID: (r) => r.pick(['a', '1', 7, -12]),
};
const WRONG = [
  null,
  true,
  0,
  1.5,
  -0.1,
  2147483648,
  1e21,
  '',
  'text',
  '1',
  [],
  [null],
  [[1]],
  {},
  { a: 1 },
  { self: [] },
  [{}],
  'RED',
  'x'.repeat(300),
  Array.from({ length: 30 }, (_, i) => i),
];

function right(random, type, depth = 0) {
  if (isNonNullType(type)) return present(random, type.ofType, depth);
  return random.chance(0.1) ? null : present(random, type, depth);
}

function present(random, type, depth) {
  if (isListType(type)) {
    if (random.chance(0.2)) return right(random, type.ofType, depth);
    return random.times(0, 3, () => right(random, type.ofType, depth));
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (!isInputObjectType(type))
    return LEAVES[type.name]?.(random) ?? random.pick([1, 'any', [1, { deep: null }], true, { k: 'v' }]);
  const fields = Object.values(type.getFields());
  if (type.isOneOf) {
    const field = random.pick(fields);
    return { [field.name]: present(random, field.type, depth + 1) };
  }
  const chosen = fields.filter((f) => isRequiredInputField(f) || random.chance(depth > 3 ? 0 : 0.5));
  return Object.fromEntries(chosen.map((f) => [f.name, right(random, f.type, depth + 1)]));
}

/** Changes one place in a value; returns the new value. */
function spoil(random, value) {
  const keys = value && typeof value === 'object' ? Object.keys(value) : [];
  if (!keys.length || random.chance(0.4)) return random.pick(WRONG);
  const key = random.pick(keys);
  if (Array.isArray(value)) return value.map((v, i) => (i === Number(key) ? spoil(random, v) : v));
  const copy = { ...value };
  const how = random.int(0, 3);
  if (how === 0) delete copy[key];
  else if (how === 1) copy[`${key}s`] = copy[key];
  else copy[key] = spoil(random, copy[key]);
  return copy;
}

export function variables(random, schema, operation, { mayBeWrong = true } = {}) {
  const out = {};
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    if (!type) continue;
    const optional = definition.defaultValue || definition.type.kind !== Kind.NON_NULL_TYPE;
    if (optional && random.chance(0.3)) continue;
    out[definition.variable.name.value] = right(random, type);
  }
  if (!mayBeWrong) return out;
  if (random.chance(0.1)) out.unknown = 1;
  if (!random.chance(0.6)) return out;
  for (let i = random.int(1, 2); i > 0; i -= 1) {
    const keys = Object.keys(out);
    if (!keys.length) break;
    const key = random.pick(keys);
    if (random.chance(0.15)) delete out[key];
    else out[key] = spoil(random, out[key]);
  }
  return out;
}

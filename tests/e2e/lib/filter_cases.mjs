// What each operator means, in SQL and JavaScript written for the tests: field → operator → cases.
//
// A case is { value, sql } or { value, test }: the operand as a client gives it, and the condition on the
// column "x", which counts only where the column is not null; `whole` is a condition that also decides about null.

import { FIELDS } from './filter_data.mjs';

export class EnumValue {
  constructor(name) {
    this.name = name;
  }
}

const q = (text) => `'${String(text).replaceAll("'", "''")}'`;

/** Operators that every kind has. `list` are operands: [what a client gives, SQL literal]. */
function equality(type, list) {
  const lit = ([, sql]) => `(${sql})::${type}`;
  const [a, b] = list;
  return {
    eq: list.map((v) => ({ value: v[0], sql: `x = ${lit(v)}` })),
    neq: list.map((v) => ({ value: v[0], sql: `not x = ${lit(v)}` })),
    in: [
      { value: list.map((v) => v[0]), sql: list.map((v) => `x = ${lit(v)}`).join(' or ') },
      { value: [a[0]], sql: `x = ${lit(a)}` },
      { value: [], whole: 'false' },
    ],
    nin: [
      { value: [a[0], b[0]], sql: `not x = ${lit(a)} and not x = ${lit(b)}` },
      { value: [], whole: 'true' },
    ],
    isNull: [
      { value: true, whole: 'x is null' },
      { value: false, whole: 'x is not null' },
    ],
  };
}

function order(type, list) {
  const out = { gt: [], gte: [], lt: [], lte: [] };
  for (const [value, sql] of list) {
    out.gt.push({ value, sql: `x > (${sql})::${type}` });
    out.gte.push({ value, sql: `not x < (${sql})::${type}` });
    out.lt.push({ value, sql: `x < (${sql})::${type}` });
    out.lte.push({ value, sql: `not x > (${sql})::${type}` });
  }
  return out;
}

function between(type, list) {
  const [a, b] = list;
  return {
    between: [
      { value: { from: a[0], to: b[0] }, sql: `x >= (${a[1]})::${type} and x <= (${b[1]})::${type}` },
      { value: { from: b[0], to: a[0] }, sql: `x >= (${b[1]})::${type} and x <= (${a[1]})::${type}` },
    ],
  };
}

const same = (...values) => values.map((v) => [v, q(v)]);
const plain = (...values) => values.map((v) => [v, String(v)]);

// ---- texts ----

function texts(parts, whole) {
  const each = (sql) => parts.map((v) => ({ value: v, sql: sql(q(v), v.length) }));
  return {
    ...equality('text', same(...whole)),
    ...order('text', same(...whole)),
    contains: each((v) => `strpos(x, ${v}) > 0`),
    startsWith: each((v) => `left(x, length(${v})) = ${v}`),
    endsWith: each((v) => `${v} = '' or right(x, length(${v})) = ${v}`),
    icontains: each((v) => `strpos(lower(x), lower(${v})) > 0`),
    istartsWith: each((v) => `lower(left(x, length(${v}))) = lower(${v})`),
    iendsWith: each((v) => `${v} = '' or lower(right(x, length(${v}))) = lower(${v})`),
    ieq: [...whole, ...parts].map((v) => ({ value: v, sql: `lower(x) = lower(${q(v)})` })),
    like: [
      { value: '%a%', sql: `strpos(x, 'a') > 0` },
      { value: '_', sql: 'length(x) = 1' },
      { value: '100\\%', sql: `x = '100%'` },
      { value: '%\\\\%', sql: `strpos(x, chr(92)) > 0` },
    ],
    ilike: [
      { value: '%A%', sql: `strpos(lower(x), 'a') > 0` },
      { value: '%ü%', sql: `strpos(lower(x), 'ü') > 0` },
    ],
    matches: [
      { value: '^[a-z]+$', sql: `x <> '' and translate(x, 'abcdefghijklmnopqrstuvwxyz', '') = ''` },
      { value: '\\d', sql: `translate(x, '0123456789', '') <> x` },
    ],
    imatches: [{ value: '^a', sql: `lower(left(x, 1)) = 'a'` }],
    search: [
      { value: { query: 'cat' }, sql: `to_tsvector(x) @@ 'cat'::tsquery` },
      { value: { query: 'cat', language: 'english' }, sql: `to_tsvector('english', x) @@ 'cat'::tsquery` },
      {
        value: { query: 'alpha beta', mode: new EnumValue('PLAIN') },
        sql: `to_tsvector(x) @@ '''alpha'' & ''beta'''::tsquery`,
      },
      {
        value: { query: 'cats sat', language: 'english', mode: new EnumValue('PHRASE') },
        sql: `to_tsvector('english', x) @@ '''cat'' <-> ''sat'''::tsquery`,
      },
      {
        value: { query: 'alpha or beta', language: 'simple', mode: new EnumValue('WEB') },
        sql: `to_tsvector('simple', x) @@ '''alpha'' | ''beta'''::tsquery`,
      },
      {
        value: { query: 'alp:* | beta', language: 'simple', mode: new EnumValue('RAW') },
        sql: `to_tsvector('simple', x) @@ '''alp'':* | ''beta'''::tsquery`,
      },
      {
        value: { query: 'üben & ! x', language: 'pg_catalog.simple', mode: new EnumValue('RAW') },
        sql: `to_tsvector('simple', x) @@ '''üben'' & !''x'''::tsquery`,
      },
    ],
  };
}

// ---- addresses: worked out in JavaScript ----

function parse(text) {
  const [address, prefix] = text.split('/');
  if (!address.includes(':')) {
    const n = address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    return { bits: 32n, n, length: BigInt(prefix ?? 32) };
  }
  let full = address;
  const v4 = full.match(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/);
  if (v4) {
    const [a, b, c, d] = v4.slice(1).map(Number);
    full = full.replace(v4[0], `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
  }
  const [head, tail] = full.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const n = [...left, ...Array(zeros).fill('0'), ...right].reduce(
    (sum, part) => sum * 65536n + BigInt(`0x${part}`),
    0n,
  );
  return { bits: 128n, n, length: BigInt(prefix ?? 128) };
}

function within(inner, outer) {
  const a = parse(inner);
  const b = parse(outer);
  const shift = b.bits - b.length;
  return a.bits === b.bits && a.length >= b.length && a.n >> shift === b.n >> shift;
}

const inBlocks =
  (...blocks) =>
  (x) =>
    blocks.some((b) => within(x, b));
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];
const MULTICAST = ['224.0.0.0/4', 'ff00::/8'];
const LOCAL = [
  ...PRIVATE,
  ...DOCUMENTATION,
  '0.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '::ffff:0:0/96',
  '100::/64',
  '2001::/23',
  'fe80::/10',
];

function flagCases(test) {
  return [
    { value: true, test },
    { value: false, test: (x) => !test(x) },
  ];
}

function nets(type, eqs, orders) {
  const not = (f) => (x) => !f(x);
  return {
    ...equality(type, same(...eqs)),
    ...order('inet', same(...orders)),
    inSubnet: ['10.0.0.0/8', '10.1.2.3', '0.0.0.0/0', '2001:db8::/32', '::/0'].map((v) => ({
      value: v,
      test: (x) => within(x, v),
    })),
    contains: ['10.0.0.1', '10.1.0.0/16', '2001:db8::1', '8.8.8.8/32'].map((v) => ({
      value: v,
      test: (x) => within(v, x),
    })),
    overlaps: ['10.0.0.0/8', '10.1.2.3', '0.0.0.0/0', '2001:db8::/32'].map((v) => ({
      value: v,
      test: (x) => within(x, v) || within(v, x),
    })),
    inRange: [
      ['10.0.0.0', '10.255.255.255'],
      ['8.8.8.8', '8.8.8.8'],
      ['::', '2001:ffff::'],
      ['11.0.0.0', '10.0.0.0'],
      ['0.0.0.0', 'ffff::'],
    ].map(([from, to]) => ({ value: { from, to }, sql: `x >= ${q(from)} and x <= ${q(to)}` })),
    isPrivate: flagCases(inBlocks(...PRIVATE)),
    isPublic: flagCases(not(inBlocks(...LOCAL))),
    isLoopback: flagCases(inBlocks('127.0.0.0/8', '::1/128')),
    isMulticast: flagCases(inBlocks(...MULTICAST)),
    isLinkLocal: flagCases(inBlocks('169.254.0.0/16', 'fe80::/10')),
    isDocumentation: flagCases(inBlocks(...DOCUMENTATION)),
    isCarrierGrade: flagCases(inBlocks('100.64.0.0/10')),
    isUniqueLocal: flagCases(inBlocks('fc00::/7')),
    isBroadcast: flagCases(inBlocks('255.255.255.255/32')),
    isReserved: flagCases(inBlocks('240.0.0.0/4')),
    isGlobalUnicast: flagCases(not(inBlocks(...LOCAL, ...MULTICAST))),
    isIPv4: flagCases((x) => !x.includes(':')),
    isIPv6: flagCases((x) => x.includes(':')),
  };
}

function macs(type, values, digits) {
  const starts = (octets) => (x) => x.replaceAll(':', '').startsWith(octets);
  return {
    ...equality(type, same(...values)),
    ...order(type, same(...values)),
    vendor: ['08:00:2b', '08-00-2B', '08002b', '0800.2b', '08:00:2B:FF:FF:FF', digits]
      .map((v) => ({ value: v, test: starts('08002b') }))
      .concat([{ value: 'ffffff', test: starts('ffffff') }]),
  };
}

// ---- ranges ----

function ranges(type, element, values, points) {
  const each = (sql) => values.map((v) => ({ value: v, sql: sql(`${q(v)}::${type}`) }));
  const lowerOf = (r) => `coalesce(lower_inf(${r}), true)`;
  return {
    ...equality(type, same(...values)),
    contains: [
      ...each((v) => `isempty(${v}) or x * ${v} = ${v}`),
      ...points.map((v) => ({ value: v, sql: `${q(v)}::${element} <@ x` })),
    ],
    containedBy: each((v) => `isempty(x) or x * ${v} = x`),
    overlaps: each((v) => `not isempty(x * ${v})`),
    adjacent: each((v) => `x -|- ${v}`),
    strictlyLeft: each((v) => `x << ${v}`),
    strictlyRight: each((v) => `${v} << x`),
    notLeft: each(
      (v) => `not isempty(x) and not isempty(${v}) and (lower_inf(${v}) or (not ${lowerOf('x')} and
      (lower(x) > lower(${v}) or (lower(x) = lower(${v}) and (lower_inc(${v}) or not lower_inc(x))))))`,
    ),
    notRight: each(
      (v) => `not isempty(x) and not isempty(${v}) and (upper_inf(${v}) or (not upper_inf(x) and
      (upper(x) < upper(${v}) or (upper(x) = upper(${v}) and (upper_inc(${v}) or not upper_inc(x))))))`,
    ),
    isEmpty: [
      { value: true, sql: 'isempty(x)' },
      { value: false, sql: 'not isempty(x)' },
    ],
    startsAfter: points.map((v) => ({
      value: v,
      sql: `not isempty(x) and not lower_inf(x) and
      (lower(x) > ${q(v)}::${element} or (lower(x) = ${q(v)}::${element} and not lower_inc(x)))`,
    })),
    endsBefore: points.map((v) => ({
      value: v,
      sql: `not isempty(x) and not upper_inf(x) and
      (upper(x) < ${q(v)}::${element} or (upper(x) = ${q(v)}::${element} and not upper_inc(x)))`,
    })),
  };
}

// ---- lists ----

/** `lists` are [operand, SQL array]; `any` are [filter, condition on the item y]. */
function arrays(type, lists, any) {
  const has = (list, item) => `exists (select from unnest(${list}) z where z = ${item})`;
  const each = (sql) => lists.map(([value, list]) => ({ value, sql: sql(`${list}::${type}`) }));
  return {
    ...equality(type, lists),
    contains: each((v) => `not exists (select from unnest(${v}) w where not ${has('x', 'w')})`),
    containedBy: each((v) => `not exists (select from unnest(x) w where w is null or not ${has(v, 'w')})`),
    overlaps: each((v) => `exists (select from unnest(${v}) w where ${has('x', 'w')})`),
    length: [
      { value: { eq: 2 }, sql: 'coalesce(array_length(x, 1), 0) = 2' },
      { value: { gt: 0, lte: 1 }, sql: 'coalesce(array_length(x, 1), 0) = 1' },
      { value: { in: [0, 3] }, sql: 'coalesce(array_length(x, 1), 0) in (0, 3)' },
    ],
    any: any.map(([value, sql]) => ({ value, sql: `(select count(*) from unnest(x) y where ${sql}) > 0` })),
  };
}

const enums = (...names) => names.map((n) => [new EnumValue(n), q(n.toLowerCase())]);

/** Orders of an enum whose values are declared in the order of `names`. */
function ranked(names) {
  const place = (n) => names.indexOf(n);
  const of = (x) => names.findIndex((n) => n.toLowerCase() === x);
  const each = (test) => names.map((n) => ({ value: new EnumValue(n), test: (x) => test(of(x), place(n)) }));
  return {
    gt: each((a, b) => a > b),
    gte: each((a, b) => a >= b),
    lt: each((a, b) => a < b),
    lte: each((a, b) => a <= b),
  };
}

// ---- JSON ----

const at = (path) => `(case when x #> ${q(path)} = 'null' then null else x #> ${q(path)} end)`;
const text = (path) => `(case when jsonb_typeof(x #> ${q(path)}) = 'string' then x #>> ${q(path)} end)`;
const kinds = (path, type, sql) => `(case when jsonb_typeof(x #> ${q(path)}) = ${q(type)} then ${sql} end)`;
const ab = ['a', 'b'];

const JSON_CASES = {
  eq: [
    { value: { a: null }, sql: `x = '{"a": null}'` },
    { value: [1, 2, 3], sql: `x = '[1,2,3]'` },
    { value: 5, sql: `x = '5'` },
    { value: 'text', sql: `x = '"text"'` },
  ],
  neq: [
    { value: {}, sql: `not x = '{}'` },
    { value: true, sql: `not x = 'true'` },
  ],
  in: [
    { value: [5, 'text', {}], sql: `x = '5' or x = '"text"' or x = '{}'` },
    { value: [], whole: 'false' },
  ],
  nin: [
    { value: [5, 'text'], sql: `not x = '5' and not x = '"text"'` },
    { value: [], whole: 'true' },
  ],
  isNull: [
    { value: true, whole: `coalesce(x, 'null') = 'null'` },
    { value: false, whole: `coalesce(x, 'null') <> 'null'` },
  ],
  contains: [
    { value: { a: { b: 5 } }, sql: `x @> '{"a": {"b": 5}}'` },
    { value: [2], sql: `x @> '[2]'` },
    { value: {}, sql: `jsonb_typeof(x) = 'object'` },
  ],
  containedBy: [
    {
      value: { a: { b: 5 }, tags: ['x', 'y'], n: 1, m: 2 },
      sql: `x <@ '{"a":{"b":5},"tags":["x","y"],"n":1,"m":2}'`,
    },
    { value: [1, 2, 3, null], sql: `x <@ '[1,2,3,null]'` },
  ],
  hasKey: [
    { value: 'a', sql: `x ? 'a'` },
    { value: 'ключ', sql: `x ? 'ключ'` },
  ],
  hasAnyKeys: [
    { value: ['tags', 'ключ'], sql: `x ? 'tags' or x ? 'ключ'` },
    { value: [], sql: 'false' },
  ],
  hasAllKeys: [
    { value: ['a', 'tags'], sql: `x ? 'a' and x ? 'tags'` },
    { value: [], sql: 'true' },
  ],
  matchesPath: [
    {
      value: '$.a.b ? (@ > 10)',
      sql: kinds('{a,b}', 'number', `(x #>> '{a,b}')::numeric > 10`).replace(/^/, 'coalesce(').concat(', false)'),
    },
    { value: '$', sql: 'true' },
  ],
  path: [
    [{ eq: 5 }, `${at('{a,b}')} = '5'`],
    [{ eq: 'five' }, `${at('{a,b}')} = '"five"'`],
    [{ neq: 5 }, `${at('{a,b}')} <> '5'`],
    [{ in: [5, 'five'] }, `${at('{a,b}')} in ('5', '"five"')`],
    [{ nin: [5] }, `${at('{a,b}')} <> '5'`],
    [{ gt: 5 }, kinds('{a,b}', 'number', `(x #>> '{a,b}')::numeric > 5`)],
    [{ gte: 5, lt: 50 }, kinds('{a,b}', 'number', `(x #>> '{a,b}')::numeric between 5 and 49`)],
    [{ lte: 'five' }, kinds('{a,b}', 'string', `(x #>> '{a,b}') <= 'five'`)],
    [{ startsWith: 'fi' }, `starts_with(${text('{a,b}')}, 'fi')`],
    [{ endsWith: '%' }, `right(${text('{a,b}')}, 1) = '%'`],
    [{ icontains: 'IV' }, `strpos(lower(${text('{a,b}')}), 'iv') > 0`],
    [{ istartsWith: 'FI' }, `starts_with(lower(${text('{a,b}')}), 'fi')`],
    [{ iendsWith: 'VE' }, `right(lower(${text('{a,b}')}), 2) = 've'`],
    [{ ieq: 'FIVE' }, `lower(${text('{a,b}')}) = 'five'`],
    [{ like: 'f%' }, `starts_with(${text('{a,b}')}, 'f')`],
    [{ ilike: 'F%' }, `starts_with(lower(${text('{a,b}')}), 'f')`],
    [{ matches: '^f' }, `starts_with(${text('{a,b}')}, 'f')`],
    [{ imatches: '^F' }, `starts_with(lower(${text('{a,b}')}), 'f')`],
  ]
    .map(([filter, sql]) => ({ value: { path: ab, ...filter }, sql }))
    .concat([
      { value: { path: ab, isNull: true }, whole: `coalesce(x #> '{a,b}', 'null') = 'null'` },
      { value: { path: ['a'], contains: { b: 5 } }, sql: `${at('{a}')} @> '{"b":5}'` },
      { value: { path: ['a'], containedBy: { b: 5, c: 1 } }, sql: `${at('{a}')} <@ '{"b":5,"c":1}'` },
      { value: { path: ['a'], hasKey: 'b' }, sql: `${at('{a}')} ? 'b'` },
      { value: { path: ['a'], hasAnyKeys: ['b', 'z'] }, sql: `${at('{a}')} ? 'b'` },
      { value: { path: ['a'], hasAllKeys: ['b', 'z'] }, sql: `${at('{a}')} ?& array['b','z']` },
      { value: { path: ['0'], eq: 1 }, sql: `${at('{0}')} = '1'` },
      { value: { path: ['-1', 'b'], eq: 2 }, sql: `${at('{-1,b}')} = '2'` },
      { value: { path: [], eq: 5 }, sql: `x = '5'` },
      { value: { path: ['ключ'], eq: 'значение' }, sql: `${at('{ключ}')} = '"значение"'` },
    ]),
};

// ---- all ----

const U = '0190163d-8694-739b-aea5-966c26f8ad91';
const Z = '00000000-0000-0000-0000-000000000000';
const words = {
  search: [
    { value: { query: 'cats', language: 'english' }, sql: `x @@ 'cat'::tsquery` },
    {
      value: { query: 'cat dog', language: 'english', mode: new EnumValue('PLAIN') },
      sql: `x @@ '''cat'' & ''dog'''::tsquery`,
    },
    { value: { query: 'üben', mode: new EnumValue('PHRASE'), language: 'simple' }, sql: `x @@ 'üben'::tsquery` },
    {
      value: { query: 'cat -dog', mode: new EnumValue('WEB'), language: 'english' },
      sql: `x @@ '''cat'' & !''dog'''::tsquery`,
    },
    { value: { query: 'ca:*', mode: new EnumValue('RAW') }, sql: `x @@ '''ca'':*'::tsquery` },
  ],
};

export const CASES = {
  id: { ...equality('int', plain(1, 20)), ...order('int', plain(20)), ...between('int', plain(3, 17)) },
  string: texts(
    ['a', '%', '_', '\\', '', 'Ü', 'ü', '日本', "'", '"', '👍', 'ÏC'],
    ['alpha', 'ÜNÏCÖDÉ', '', "o'hara", '100%'],
  ),
  code: texts(['x', '%', 'ß'], ['x1', 'zz']),
  email: texts(['example', '@', 'ü'], ['a@example.org', 'bob@example.com']),
  url: texts(['example', '%20', 'ü'], ['https://example.org/a', 'https://example.org/ü']),
  host: texts(['example', '-', '.'], ['www.example.org', 'x']),
  port: { ...equality('int', plain(80, 65535, 2)), ...order('int', plain(80, 1)), ...between('int', plain(2, 443)) },
  whole: {
    ...equality('int', plain(7, -2147483648, 2147483647, 5)),
    ...order('int', plain(7, 0)),
    ...between('int', plain(-1, 42)),
  },
  small: {
    ...equality('int', plain(7, 32767, 2147483647)),
    ...order('int', plain(7, -2147483648)),
    ...between('int', plain(-1, 100000)),
  },
  big: {
    ...equality('int8', same('9007199254740993', '-9223372036854775808', '7')),
    ...order('int8', same('9007199254740992')),
    ...between('int8', same('7', '9223372036854775807')),
  },
  exact: {
    ...equality('numeric', [...same('0.1', '123456789012345678901234567890.123456789', '1e-20'), [7, '7']]),
    ...order('numeric', same('0.1', '123456789012345678901234567890.12345678')),
    ...between('numeric', same('-5.5', '7')),
  },
  real: {
    ...equality('float8', plain(0.1, 7, 1e300)),
    ...order('float8', plain(0.1, -1.5)),
    ...between('float8', plain(-2, 7)),
  },
  flag: equality('bool', [
    [true, 'true'],
    [false, 'false'],
  ]),
  key: equality('text', same('k1', 'ключ')),
  uuid: equality('uuid', [...same(U, Z), [U.toUpperCase(), q(U)]]),
  day: {
    ...equality('date', same('2024-02-29', '9999-12-31')),
    ...order('date', same('2024-02-29', '0001-01-01')),
    ...between('date', same('2024-02-29', '2024-03-01')),
  },
  clock: {
    ...equality('time', same('12:30:00', '00:00')),
    ...order('time', same('12:30')),
    ...between('time', same('12:30', '23:59:59.999999')),
  },
  moment: {
    ...equality('timestamptz', same('2024-01-01T00:00:00Z', '2024-06-30T21:59:59Z', '2024-01-01T02:00:00+02:00')),
    ...order('timestamptz', same('2024-01-01T00:00:00Z', '2023-12-31T19:00:00-05:00')),
    ...between('timestamptz', same('2024-01-01T00:00:00.000001Z', '2024-07-01T00:00:00Z')),
  },
  wall: {
    ...equality('timestamp', [
      ['2024-01-01T00:00:00Z', q('2024-01-01')],
      ['2024-01-01T02:00:00+02:00', q('2024-01-01')],
    ]),
    ...order('timestamp', [['2024-01-01T01:00:00+01:00', q('2024-01-01')]]),
    ...between('timestamp', [
      ['2024-01-01T00:00:00Z', q('2024-01-01')],
      ['2024-06-30T23:59:59+02:00', q('2024-06-30 21:59:59')],
    ]),
  },
  span: {
    ...equality('interval', same('P1D', 'PT0S', 'P30D')),
    ...order('interval', same('P1D', 'P-1D')),
    ...between('interval', same('P-1D', 'P1M')),
  },
  bytes: equality('bytea', [
    ['AA==', q('\\x00')],
    ['3q2+7w==', q('\\xdeadbeef')],
    ['\\xff00', q('\\xff00')],
    ['', q('\\x')],
  ]),
  json: JSON_CASES,
  ip: nets('inet', ['10.0.0.1', '2001:db8::1', '8.8.8.8'], ['10.0.0.1', '::1']),
  ip4: nets('inet', ['10.0.0.1', '8.8.8.8'], ['10.0.0.1']),
  ip6: nets('inet', ['::1', '2001:db8::1'], ['2001:db8::']),
  net: nets('cidr', ['10.0.0.0/8', '2001:db8::/32', '10.1.2.3'], ['10.1.0.0/16']),
  mac: macs('macaddr', ['08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff'], '08:00:2b:01:02:03'),
  mac8: macs('macaddr8', ['08:00:2b:01:02:03:04:05', '08:00:2c:00:00:00:00:00'], '08:00:2b:01:02:03:04:05'),
  path: {
    ...equality('ltree', same('top', 'top.science', '')),
    ancestorOf: same('top.science', 'top.science.astronomy.x', '').map(([v]) => ({
      value: v,
      test: (x) => x === '' || v === x || v.startsWith(`${x}.`),
    })),
    descendantOf: same('top.science', 'top', '').map(([v]) => ({
      value: v,
      test: (x) => v === '' || v === x || x.startsWith(`${v}.`),
    })),
    matchesLquery: [
      { value: 'top.*{1}', test: (x) => x.startsWith('top.') && x.split('.').length === 2 },
      { value: '*.astro*', test: (x) => /(^|\.)astro[^.]*$/.test(x) },
    ],
    matchesAnyLquery: [
      { value: ['other', '*.hobbies'], test: (x) => x === 'other' || /(^|\.)hobbies$/.test(x) },
      { value: [], test: () => false },
    ],
    matchesLtxtquery: [
      {
        value: 'science & !astronomy',
        test: (x) => x.split('.').includes('science') && !x.split('.').includes('astronomy'),
      },
    ],
    depth: [
      { value: { eq: 2 }, test: (x) => x.split('.').length === 2 },
      { value: { gte: 1, lt: 3 }, test: (x) => x !== '' && x.split('.').length < 3 },
    ],
  },
  days: ranges(
    'daterange',
    'date',
    ['[2024-01-01,2024-02-01)', '[2024-01-15,2024-01-20]', 'empty', '(,2024-01-01)', '[2024-03-01,)'],
    ['2024-01-01', '2024-01-31', '2024-02-01'],
  ),
  moments: ranges(
    'tstzrange',
    'timestamptz',
    [
      '[2024-01-01T00:00:00Z,2024-02-01T00:00:00Z)',
      '["2024-01-01 02:00:00+02","2024-01-02 00:00:00+00")',
      'empty',
      '(,)',
    ],
    ['2024-01-01T00:00:00Z', '2024-01-02T02:00:00+02:00'],
  ),
  walls: ranges(
    'tsrange',
    'timestamp',
    ['[2024-01-01 00:00:00,2024-02-01 00:00:00)', 'empty', '(,"2024-01-01 00:00:00"]'],
    ['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z'],
  ),
  ints: ranges('int4range', 'int4', ['[1,10)', '[10,20)', 'empty', '(,)', '[5,6)', '(,0]', '[20,]'], [5, 0, 10, 9]),
  bigs: ranges(
    'int8range',
    'int8',
    ['[1,10)', '[9007199254740993,9007199254740994)', 'empty', '[9007199254740993,)'],
    ['9007199254740993', '9', '10'],
  ),
  decs: ranges(
    'numrange',
    'numeric',
    ['[0.5,1.5]', '(1.5,2]', 'empty', '(,0.5]', '(0.5,1.5)'],
    ['0.5', '1.5', '1.50'],
  ),
  words: {
    ...equality('tsvector', [
      ["'cat':2 'dog':5", `'''cat'':2 ''dog'':5'`],
      ['', `''`],
    ]),
    ...words,
  },
  mood: { ...equality('text', enums('OK', 'VERY_HAPPY')), ...ranked(['SAD', 'OK', 'VERY_HAPPY']) },
  level: { ...equality('text', enums('LOW', 'HIGH')), ...ranked(['LOW', 'MEDIUM', 'HIGH']) },
  odd: { ...equality('text', enums('ONE', 'TWO')), ...ranked(['ONE', 'TWO', 'THREE']) },
  limited: {
    ...equality('int', plain(1, 2147483647, -5)),
    ...order('int', plain(2)),
    ...between('int', plain(1, 2)),
  },
  nested: texts(['b', 'é'], ['ab', 'é']),
  strings: arrays(
    'text[]',
    [
      [['a', 'b'], `'{a,b}'`],
      [['a'], `'{a}'`],
      [[], `'{}'`],
      [['x,y', '"q"', 'b'], `'{"x,y","\\"q\\"",b}'`],
      [['ключ', 'a b'], `'{ключ,"a b"}'`],
    ],
    [
      [{ eq: 'a' }, `y = 'a'`],
      [{ startsWith: 'к' }, `left(y, 1) = 'к'`],
      [{ in: ['b', 'a b'] }, `y in ('b', 'a b')`],
      [{ isNull: true }, 'y is null'],
      [{}, 'true'],
    ],
  ),
  wholes: arrays(
    'int4[]',
    [
      [[1, 2, 3], `'{1,2,3}'`],
      [[1], `'{1}'`],
      [[], `'{}'`],
      [[2147483647, 3], `'{2147483647,3}'`],
    ],
    [
      [{ gt: 2 }, 'y > 2'],
      [{ between: { from: 1, to: 2 } }, 'y between 1 and 2'],
    ],
  ),
  bigList: arrays(
    'int8[]',
    [
      [['9007199254740993'], `'{9007199254740993}'`],
      [['9007199254740992', '1'], `'{9007199254740992,1}'`],
    ],
    [[{ eq: '9007199254740993' }, 'y = 9007199254740993']],
  ),
  exactList: arrays(
    'numeric[]',
    [
      [['0.1', '0.1'], `'{0.1,0.1}'`],
      [['0.10'], `'{0.1}'`],
      [['1e20'], `'{1e20}'`],
    ],
    [[{ lt: '1' }, 'y < 1']],
  ),
  momentList: arrays(
    'timestamptz[]',
    [
      [['2024-01-01T00:00:00Z'], `'{2024-01-01T00:00:00Z}'`],
      [['2024-01-01T02:00:00+02:00', '2024-06-01T00:00:00Z'], `'{2024-01-01T00:00:00Z,2024-06-01T00:00:00Z}'`],
    ],
    [[{ gt: '2024-01-01T00:00:00Z' }, `y > '2024-01-01T00:00:00Z'`]],
  ),
  uuidList: arrays(
    'uuid[]',
    [
      [[U], `'{${U}}'`],
      [[Z, U], `'{${Z},${U}}'`],
    ],
    [[{ eq: Z }, `y = '${Z}'`]],
  ),
  moodList: arrays(
    'mood[]',
    [
      [[new EnumValue('SAD'), new EnumValue('OK')], `'{sad,ok}'`],
      [[new EnumValue('OK')], `'{ok}'`],
    ],
    [
      [{ gt: new EnumValue('SAD') }, `y > 'sad'`],
      [{ eq: new EnumValue('VERY_HAPPY') }, `y = 'very_happy'`],
    ],
  ),
  flagList: arrays(
    'bool[]',
    [
      [[true], `'{t}'`],
      [[false, true], `'{f,t}'`],
    ],
    [[{ eq: false }, 'not y']],
  ),
};
// Enums are compared as texts where the case says `text`.
for (const name of ['mood', 'odd'])
  for (const list of Object.values(CASES[name]))
    for (const one of list) if (one.sql) one.sql = one.sql.replaceAll('x =', 'x::text =');
export const FIELD_TYPES = { id: 'Int!', ...Object.fromEntries(Object.entries(FIELDS).map(([n, f]) => [n, f.type])) };

// The rows that filters are tried on: one field per kind of value, each on a column and on a JSONB key of the
// same name. Every list of values has nulls, duplicates, extremes, and texts beyond ASCII where they fit.

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const texts = (list) => list.map((v) => (v === null ? 'null' : quote(v)));

/** field → { type: in GraphQL, pg: type of the column, values: SQL literals, one a row, repeated } */
export const FIELDS = {
  string: {
    type: 'String',
    pg: 'text',
    values: texts([
      'alpha',
      'Alpha',
      'beta',
      null,
      '',
      '100%',
      '100_',
      '100x',
      'a\\b',
      'naïve Ünïcödé',
      'ÜNÏCÖDÉ',
      '日本語',
      'alpha',
      "o'hara",
      '"quoted"',
      ' space ',
      '👍 ok',
      'the cats sat',
    ]),
  },
  code: { type: 'String', pg: 'varchar(20)', values: texts(['x1', 'X1', null, 'y%', 'zz', 'x1', 'ß']) },
  email: {
    type: 'EmailAddress',
    pg: 'text',
    values: texts([
      'a@example.org',
      'A@example.org',
      'bob@example.com',
      null,
      'ü@example.org',
      'a@example.org',
    ]),
  },
  url: {
    type: 'URL',
    pg: 'text',
    values: texts([
      'https://example.org/a',
      'http://example.com/?q=1%20x',
      null,
      'https://example.org/ü',
      'https://example.org/a',
    ]),
  },
  host: {
    type: 'Hostname',
    pg: 'text',
    values: texts(['www.example.org', 'db-1.local', null, 'x', 'www.example.org']),
  },
  port: { type: 'Port', pg: 'int4', values: ['1', '80', '443', 'null', '65535', '80'] },
  whole: {
    type: 'Int',
    pg: 'int4',
    values: ['0', '-1', '1', '2147483647', '-2147483648', 'null', '7', '7', '42'],
  },
  small: { type: 'Int', pg: 'int2', values: ['0', '-32768', '32767', 'null', '7', '7'] },
  big: {
    type: 'BigInt',
    pg: 'int8',
    values: [
      '0',
      '9223372036854775807',
      '-9223372036854775808',
      'null',
      '9007199254740993',
      '9007199254740992',
      '7',
      '7',
    ],
  },
  exact: {
    type: 'Decimal',
    pg: 'numeric',
    values: [
      '0',
      '0.1',
      '0.10',
      '123456789012345678901234567890.123456789',
      '-5.5',
      'null',
      '1e-20',
      '1e20',
      '7',
    ],
  },
  real: { type: 'Float', pg: 'float8', values: ['0', '0.1', '-1.5', '1e300', '5e-324', 'null', '7', '7'] },
  flag: { type: 'Boolean', pg: 'bool', values: ['true', 'false', 'null', 'true'] },
  key: { type: 'ID', pg: 'text', values: texts(['k1', 'k2', 'K1', null, 'ключ', 'k1']) },
  uuid: {
    type: 'UUID',
    pg: 'uuid',
    values: texts([
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '0190163d-8694-739b-aea5-966c26f8ad91',
      null,
      '0190163d-8694-739b-aea5-966c26f8ad91',
    ]),
  },
  day: {
    type: 'Date',
    pg: 'date',
    values: texts(['2024-02-29', '2024-03-01', '0001-01-01', '9999-12-31', null, '2024-02-29']),
  },
  clock: {
    type: 'Time',
    pg: 'time',
    values: texts(['00:00:00', '23:59:59.999999', '12:30:00', null, '12:30:00']),
  },
  moment: {
    type: 'DateTime',
    pg: 'timestamptz',
    values: texts([
      '2024-01-01T00:00:00Z',
      '2024-01-01T00:00:00.000001Z',
      '2024-06-30T23:59:59+02:00',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999Z',
      null,
      '2024-01-01T01:00:00+01:00',
    ]),
  },
  wall: {
    type: 'DateTime',
    pg: 'timestamp',
    values: texts([
      '2024-01-01 00:00:00',
      '2024-01-01 00:00:00.000001',
      '2024-06-30 21:59:59',
      null,
      '2024-01-01 00:00:00',
    ]),
  },
  span: {
    type: 'Interval',
    pg: 'interval',
    values: texts(['P1D', 'PT24H', 'P1Y2M3DT4H5M6.5S', 'PT0S', '-1 day', null, 'P1M']),
  },
  bytes: {
    type: 'Bytes',
    pg: 'bytea',
    values: texts(['\\x', '\\x00', '\\xdeadbeef', null, '\\xff00', '\\x00']),
  },
  json: {
    type: 'JSON',
    pg: 'jsonb',
    values: texts([
      '{"a": {"b": 5}, "tags": ["x", "y"], "n": 1}',
      '{"a": {"b": "five"}, "tags": ["y"]}',
      '[1, 2, 3]',
      '["a", "b"]',
      '5',
      '"text"',
      'true',
      null,
      '{}',
      '[]',
      '{"a": null}',
      '{"ключ": "значение", "a": {"b": 50}}',
      '{"a": {"b": "FIVE%"}}',
      '[{"b": 1}, {"b": 2}]',
      'null',
    ]),
  },
  ip: {
    type: 'IP',
    pg: 'inet',
    values: texts([
      '10.0.0.1',
      '10.255.255.255',
      '11.0.0.0',
      '172.16.0.1',
      '172.32.0.1',
      '192.168.1.1',
      '127.0.0.1',
      '::1',
      '169.254.1.1',
      'fe80::1',
      '224.0.0.1',
      'ff02::1',
      '192.0.2.1',
      '198.51.100.7',
      '203.0.113.9',
      '2001:db8::1',
      '100.64.0.1',
      '100.128.0.1',
      'fc00::1',
      'fd12::1',
      '255.255.255.255',
      '240.0.0.1',
      '8.8.8.8',
      '2606:4700::1111',
      '0.0.0.0',
      '::',
      '::ffff:1.2.3.4',
      '100::1',
      '2001::1',
      '2001:2::1',
      '2001:200::1',
      '198.18.0.1',
      '192.0.0.1',
      '192.88.99.1',
      '2002::1',
      '64:ff9b::1',
      null,
      '8.8.8.8',
      '2001:1ff::1',
      '192.168.1.5/24',
    ]),
  },
  ip4: {
    type: 'IPv4',
    pg: 'inet',
    values: texts(['10.0.0.1', '8.8.8.8', '127.0.0.1', null, '192.168.0.255']),
  },
  ip6: {
    type: 'IPv6',
    pg: 'inet',
    values: texts(['::1', '2001:db8::1', 'fe80::1', null, '2606:4700::1111']),
  },
  net: {
    type: 'CIDR',
    pg: 'cidr',
    values: texts([
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.3/32',
      '0.0.0.0/0',
      '::/0',
      '192.168.0.0/16',
      '192.160.0.0/11',
      '2001:db8::/32',
      '8.8.8.0/24',
      'ff00::/8',
      null,
      '10.0.0.0/8',
      '255.255.255.255/32',
      '169.254.0.0/16',
      '100.64.0.0/10',
      '240.0.0.0/5',
    ]),
  },
  mac: {
    type: 'MacAddress',
    pg: 'macaddr',
    values: texts([
      '08:00:2b:01:02:03',
      '08:00:2b:ff:ff:ff',
      '08:00:2c:00:00:00',
      '08:00:2a:ff:ff:ff',
      '00:00:00:00:00:00',
      'ff:ff:ff:ff:ff:ff',
      null,
      '08:00:2b:01:02:03',
    ]),
  },
  mac8: {
    type: 'MacAddress',
    pg: 'macaddr8',
    values: texts([
      '08:00:2b:01:02:03:04:05',
      '08:00:2b:ff:ff:ff:ff:ff',
      '08:00:2c:00:00:00:00:00',
      '08:00:2a:ff:ff:ff:ff:ff',
      null,
      '08:00:2b:00:00:00:00:00',
    ]),
  },
  path: {
    type: 'LTree',
    pg: 'ltree',
    values: texts([
      'top',
      'top.science',
      'top.science.astronomy',
      'top.hobbies',
      null,
      'other',
      'top.science',
      '',
      'ÄÖ.ü',
    ]),
  },
  days: {
    type: 'DateRange',
    pg: 'daterange',
    values: texts([
      '[2024-01-01,2024-02-01)',
      '[2024-02-01,2024-03-01)',
      'empty',
      '(,2024-01-01)',
      '[2024-06-01,)',
      '(,)',
      null,
      '[2024-01-15,2024-01-15]',
      '[2024-01-01,2024-02-01)',
    ]),
  },
  moments: {
    type: 'DateTimeRange',
    pg: 'tstzrange',
    values: texts([
      '[2024-01-01T00:00:00Z,2024-02-01T00:00:00Z)',
      '[2024-01-01T01:00:00+01:00,2024-02-01T00:00:00Z)',
      '(2024-01-01T00:00:00Z,2024-01-02T00:00:00Z]',
      'empty',
      '(,)',
      null,
    ]),
  },
  walls: {
    type: 'DateTimeRange',
    pg: 'tsrange',
    values: texts([
      '[2024-01-01 00:00:00,2024-02-01 00:00:00)',
      '(2024-01-01 00:00:00,2024-01-02 00:00:00]',
      'empty',
      '(,2024-01-01 00:00:00]',
      null,
    ]),
  },
  ints: {
    type: 'IntRange',
    pg: 'int4range',
    values: texts(['[1,10)', '[10,20)', '[5,5]', 'empty', '(,)', null, '(,0]', '[2147483646,)', '[1,10)']),
  },
  bigs: {
    type: 'BigIntRange',
    pg: 'int8range',
    values: texts(['[1,10)', '[9007199254740993,9007199254740994)', 'empty', '(,)', null, '[10,20)']),
  },
  decs: {
    type: 'DecimalRange',
    pg: 'numrange',
    values: texts(['[0.5,1.5]', '(0.5,1.5)', '(1.5,2]', 'empty', '(,)', null, '[0.50,1.50]']),
  },
  words: {
    type: 'TSVector',
    pg: 'tsvector',
    values: [
      `to_tsvector('english', 'the cats sat on mats')`,
      `to_tsvector('english', 'a cat and a dog')`,
      `to_tsvector('simple', 'Üben übt')`,
      'null',
      `''`,
      `to_tsvector('english', 'a cat and a dog')`,
    ],
  },
  mood: { type: 'Mood', pg: 'mood', values: texts(['sad', 'ok', 'very_happy', null, 'ok']) },
  level: { type: 'Level', pg: 'text', values: texts(['low', 'medium', 'high', null, 'low']) },
  odd: { type: 'Odd', pg: 'odd', values: texts(['one', 'two', 'three', null]) },
  limited: { type: 'Int', pg: 'positive', values: ['1', '2', '3', 'null', '2147483647'] },
  nested: { type: 'String', pg: 'short_name', values: texts(['ab', 'abc', null, 'é']) },
  strings: {
    type: '[String!]',
    pg: 'text[]',
    values: texts([
      '{a,b}',
      '{b,a}',
      '{}',
      '{a}',
      null,
      '{"x,y","\\"q\\""}',
      '{ключ,"a b"}',
      '{a,NULL}',
      '{a,b}',
      '{NULL}',
    ]),
  },
  wholes: {
    type: '[Int!]',
    pg: 'int4[]',
    values: texts(['{1,2,3}', '{3}', '{}', null, '{2147483647,-2147483648}', '{1,1}']),
  },
  bigList: {
    type: '[BigInt!]',
    pg: 'int8[]',
    values: texts(['{9007199254740993}', '{9007199254740992,1}', '{}', null]),
  },
  exactList: {
    type: '[Decimal!]',
    pg: 'numeric[]',
    values: texts(['{0.1,0.10}', '{1e20}', '{}', null, '{0.1}']),
  },
  momentList: {
    type: '[DateTime!]',
    pg: 'timestamptz[]',
    values: texts(['{2024-01-01T00:00:00Z}', '{2024-01-01T01:00:00+01:00,2024-06-01T00:00:00Z}', '{}', null]),
  },
  uuidList: {
    type: '[UUID!]',
    pg: 'uuid[]',
    values: texts([
      '{0190163d-8694-739b-aea5-966c26f8ad91}',
      '{}',
      null,
      '{00000000-0000-0000-0000-000000000000,0190163d-8694-739b-aea5-966c26f8ad91}',
    ]),
  },
  moodList: {
    type: '[Mood!]',
    pg: 'mood[]',
    values: texts(['{sad,ok}', '{very_happy}', '{}', null, '{ok,ok}']),
  },
  flagList: { type: '[Boolean!]', pg: 'bool[]', values: texts(['{t,f}', '{t}', '{}', null]) },
};

export const ROWS = 40;
export const snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The value of a field in row `i` (from 1), as SQL. Each list starts elsewhere, so that nulls do not coincide. */
function value(name, i) {
  const { values } = FIELDS[name];
  const shift = Object.keys(FIELDS).indexOf(name);
  return values[(i - 1 + shift * 3) % values.length];
}

export function databaseSql() {
  const names = Object.keys(FIELDS);
  const columns = names.map((n) => `${snake(n)} ${FIELDS[n].pg}`).join(', ');
  const rows = Array.from(
    { length: ROWS },
    (_, k) => `(${k + 1}, ${names.map((n) => `(${value(n, k + 1)})::${FIELDS[n].pg}`).join(', ')})`,
  );
  return `
    create extension ltree;
    create type mood as enum ('sad', 'ok', 'very_happy');
    create type odd as enum ('three', 'one', 'two');
    create domain positive as int4 check (value > 0);
    create domain short_text as text check (length(value) < 100);
    create domain short_name as short_text check (length(value) < 10);
    create table item (id int primary key, ${columns});
    insert into item values ${rows.join(',\n')};
    create table item_key (id int primary key, data jsonb not null);
    insert into item_key
      select id, (select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(item)) where value <> 'null')
      from item where id % 2 = 0;
    insert into item_key select id, to_jsonb(item) from item where id % 2 = 1;
    create table link (id int primary key, item_id int references item, doc_id int references item_key);
    insert into link select id, case when id % 7 > 0 then id end, case when id % 7 > 0 then id end from item;
    create table crowd (id int primary key);
    insert into crowd select generate_series(0, 9);
    create table member (crowd_id int references crowd, item_id int references item, primary key (crowd_id, item_id));
    insert into member select id % 9, id from item;
    create table box (id int primary key, data jsonb not null);
    insert into box select i.id, jsonb_build_object('item', k.data) from item i join item_key k using (id);
    insert into box values (1000, '{}'), (1001, '{"item": null}');
    create table bag (id int primary key, data jsonb not null);
    insert into bag select id % 9, jsonb_build_object('items', jsonb_agg(data)) from item_key group by 1;
    insert into bag values (100, '{}'), (101, '{"items": null}'), (102, '{"items": []}'), (103, '{"items": 5}');
    analyze;`;
}

export function schemaSdl() {
  const fields = Object.entries(FIELDS)
    .map(([n, f]) => `  ${n}: ${f.type}`)
    .join('\n');
  return `
enum Mood { SAD OK VERY_HAPPY }
enum Odd { ONE TWO THREE }
enum Level { LOW @column(name: "low") MEDIUM @column(name: "medium") HIGH @column(name: "high") }
type Item @source(relation: "item") {
  id: Int!
${fields}
}
type Doc @source(relation: "item_key") {
  id: Int!
${fields}
}
type Part {
  id: Int
${fields}
}
type Link @source(relation: "link") {
  id: Int!
  item: Item @relation(fields: ["item_id"], references: ["id"])
  doc: Doc @relation(fields: ["doc_id"], references: ["id"])
}
type Crowd @source(relation: "crowd") {
  id: Int!
  items: [Item!]! @relation(fields: ["id"], references: ["id"], relation: "member")
}
type Box @source(relation: "box") { id: Int! item: Part }
type Bag @source(relation: "bag") { id: Int! items: [Part!] }
type Query {
  items: [Item!]! @list(defaultLimit: 2000, maxLimit: 2000)
  docs: [Doc!]! @list(defaultLimit: 2000, maxLimit: 2000)
  links: [Link!]! @list(defaultLimit: 2000, maxLimit: 2000)
  crowds: [Crowd!]! @list(defaultLimit: 2000, maxLimit: 2000)
  boxes: [Box!]! @list(defaultLimit: 2000, maxLimit: 2000)
  bags: [Bag!]! @list(defaultLimit: 2000, maxLimit: 2000)
}
`;
}

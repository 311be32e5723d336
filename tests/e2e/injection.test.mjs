// Hostile texts in every place that a client can put a text, and hostile names in the schema: the database's log
// shows only the statements that harmless texts give, and answers are those of an evaluation in JavaScript.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { literalOf } from './lib/literal.mjs';
import { Postgres, isSettings } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const HOSTILE = [
  "'; drop table item; --",
  '" or 1=1 --',
  "\\'; drop table item; --",
  "' or ''='",
  '$1',
  '$$',
  '$1::text',
  '%',
  '_',
  '%s%n%d',
  '{a,b}',
  '{',
  '}',
  '"',
  "'",
  '\\',
  '\\\\',
  '""',
  "''",
  ',',
  'NULL',
  'null',
  'true',
  '/* x */',
  '-- x',
  ';',
  '\n--\n',
  "E'\\\\''",
  "');select pg_sleep(9);--",
  '?',
  '::int',
  '`',
  'ʼ or 1',
  '\u202e',
  '🙂',
  'ÀÉ',
  ' ',
  '',
  '[1,2]',
  '{"a":1}',
  '$.a',
  "a' || 'b",
  '\t',
  'a"b',
  "a'b",
  'a\\b',
  'plain',
  'Plain',
  'x'.repeat(5000),
  '(',
  ')',
  '{}',
  '[]',
  '0',
  '-1',
  '..',
];

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const json = (v) => quote(JSON.stringify(v));
const array = (list) => (list.length ? `array[${list.map(quote)}]::text[]` : `'{}'::text[]`);

/** Rows: every hostile text stands in every column and key somewhere, and nothing does. */
const ROWS = HOSTILE.map((text, i) => {
  const other = HOSTILE[(i * 7 + 3) % HOSTILE.length];
  const none = i % 9 === 4;
  return {
    id: i + 1,
    name: none ? null : text,
    note: i % 8 === 3 ? null : other,
    tags: none ? null : i % 5 === 0 ? [] : [text, other],
    labels: i % 7 === 2 ? null : [other, 'plain'],
    doc: i % 6 === 1 ? null : { [text]: other, deep: { [other]: text } },
    weird: text,
  };
});

// Names as bad as PostgreSQL and JSON allow them.
const COLUMN = `we"ird'; drop table item; -- $1 %l \\`;
const KEY = `no'te"\\ $2 %p`;
const TABLE = `it'e"m; --`;
const identifier = (name) => `"${name.replaceAll('"', '""')}"`;

const documentOf = (r) => ({
  [KEY]: r.note,
  labels: r.labels,
  extra: r.doc,
  inner: { name: r.name },
  list: [{ name: r.name }, { name: r.note }],
});

const DATA = `
create table ${identifier(TABLE)} (id int primary key, name text, tags text[], doc jsonb, ${identifier(COLUMN)} text,
  "data" jsonb not null);
insert into ${identifier(TABLE)} values ${ROWS.map(
  (r) => `(${r.id}, ${r.name === null ? 'null' : quote(r.name)},
  ${r.tags ? array(r.tags) : 'null'}, ${r.doc ? json(r.doc) : 'null'}, ${quote(r.weird)},
  ${json(documentOf(r))})`,
).join(',\n')};
`;
const SDL = `
type Item @source(relation: ${JSON.stringify(TABLE)}) {
  id: Int!
  name: String
  note: String @column(name: ${JSON.stringify(KEY)})
  tags: [String!]
  labels: [String!]
  doc: JSON
  extra: JSON
  weird: String @column(name: ${JSON.stringify(COLUMN)})
  inner: Inner
  list: [Inner!]
}
type Inner { name: String }
type Query {
  items(name: String, note: String): [Item!]! @list(defaultLimit: 100, maxLimit: 100)
  item(weird: String!): Item
}
`;

// ---- evaluation, three-valued: true, false, null ----

const not = (v) => (v === null ? null : !v);
const all = (list) => (list.includes(false) ? false : list.includes(null) ? null : true);
const some = (list) => not(all(list.map(not)));
const lower = (s) => s.toLowerCase();
const on = (v, f) => (v === null ? null : f(v));

const TEXT = {
  eq: (x, v) => on(x, () => x === v),
  neq: (x, v) => on(x, () => x !== v),
  in: (x, v) => (v.length ? on(x, () => v.includes(x)) : false),
  nin: (x, v) => (v.length ? on(x, () => !v.includes(x)) : true),
  isNull: (x, v) => (x === null) === v,
  contains: (x, v) => on(x, () => x.includes(v)),
  startsWith: (x, v) => on(x, () => x.startsWith(v)),
  endsWith: (x, v) => on(x, () => x.endsWith(v)),
  icontains: (x, v) => on(x, () => lower(x).includes(lower(v))),
  ieq: (x, v) => on(x, () => lower(x) === lower(v)),
};
const LIST = {
  eq: (x, v) => on(x, () => JSON.stringify(x) === JSON.stringify(v)),
  contains: (x, v) => on(x, () => v.every((i) => x.includes(i))),
  containedBy: (x, v) => on(x, () => x.every((i) => v.includes(i))),
  overlaps: (x, v) => on(x, () => v.some((i) => x.includes(i))),
  isNull: (x, v) => (x === null) === v,
};
const DOC = {
  hasKey: (x, v) => on(x, () => v in x),
  hasAnyKeys: (x, v) => on(x, () => v.some((k) => k in x)),
  hasAllKeys: (x, v) => on(x, () => v.every((k) => k in x)),
  contains: (x, v) => on(x, () => Object.entries(v).every(([k, y]) => Object.hasOwn(x, k) && x[k] === y)),
  path: (x, { path, eq }) =>
    on(x, () =>
      on(
        path.reduce((o, k) => (o && typeof o === 'object' && Object.hasOwn(o, k) ? o[k] : null), x),
        (y) => y === eq,
      ),
    ),
};
const FIELDS = { name: TEXT, note: TEXT, weird: TEXT, tags: LIST, labels: LIST, doc: DOC, extra: DOC };

function evaluate(where, row) {
  return all(
    Object.entries(where).map(([key, v]) => {
      if (key === 'AND') return all(v.map((w) => evaluate(w, row)));
      if (key === 'OR') return some(v.map((w) => evaluate(w, row)));
      if (key === 'NOT') return not(evaluate(v, row));
      if (key === 'inner') return evaluate(v, row);
      if (key === 'list') {
        const items = [{ name: row.name }, { name: row.note }];
        const hits = (w) => items.map((i) => evaluate(w, i) === true);
        return all(
          Object.entries(v).map(([how, w]) =>
            how === 'some'
              ? hits(w).includes(true)
              : how === 'every'
                ? !hits(w).includes(false)
                : !hits(w).includes(true),
          ),
        );
      }
      const x = key === 'extra' ? row.doc : row[key];
      return all(Object.entries(v).map(([op, operand]) => FIELDS[key][op](x, operand)));
    }),
  );
}

// ---- random filters ----

function generator(seed) {
  let state = seed;
  const next = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const pick = (list) => list[next(list.length)];
  const text = () => pick(HOSTILE);
  const texts = () => Array.from({ length: next(4) }, text);
  const operand = (ops, op) => {
    if (op === 'isNull') return next(2) === 1;
    if (ops === DOC && op === 'contains') return { [text()]: text() };
    if (op === 'path') return { path: next(2) ? [text()] : ['deep', text()], eq: text() };
    return ops === LIST || ['in', 'nin', 'hasAnyKeys', 'hasAllKeys'].includes(op) ? texts() : text();
  };
  const leaf = (field) => {
    const ops = FIELDS[field];
    const op = pick(Object.keys(ops));
    return { [field]: { [op]: operand(ops, op) } };
  };
  const where = (depth) => {
    const kind = depth ? next(10) : 9;
    if (kind === 0) return { AND: Array.from({ length: next(3) }, () => where(depth - 1)) };
    if (kind === 1) return { OR: Array.from({ length: next(4) }, () => where(depth - 1)) };
    if (kind === 2 || kind === 3) return { NOT: where(depth - 1) };
    if (kind === 4) return { inner: leaf('name') };
    if (kind === 5) return { list: { [pick(['some', 'every', 'none'])]: leaf('name') } };
    if (kind === 6) return { ...leaf('name'), ...leaf('note'), ...leaf('tags') };
    return leaf(pick(Object.keys(FIELDS)));
  };
  return { where, text };
}

describe('injection', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-injection-'));
    pg = await Postgres.start({ log_statement: 'all' });
    await writeFile(join(dir, 'data.sql'), DATA);
    await pg.file(join(dir, 'data.sql'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** The texts of statements that the database has logged since `from`, without their parameters. */
  async function statements(from) {
    const mark = `mark ${Math.random()}`;
    await pg.sql(`select '${mark}'`);
    while (!pg.log.includes(mark))
      await new Promise((next) => {
        setTimeout(next, 10);
      });
    const entries = pg.log
      .slice(from)
      .split(/^(?=\S)/m)
      .filter((e) => / LOG: {2}(statement|execute)/.test(e));
    return new Set(
      entries
        .map((e) => e.replace(/^.*? LOG: {2}(?:statement|execute [^:]*): /s, '').trim())
        .filter((s) => !s.includes('mark ')),
    );
  }

  const ids = (rows) => rows.map((r) => r.id).sort((a, b) => a - b);

  it('random filters give what an evaluation gives, by variable and by literal', async () => {
    const { where } = generator(20261125);
    for (let i = 0; i < 600; i += 1) {
      const w = where(3);
      const wanted = ids(ROWS.filter((r) => evaluate(w, r) === true));
      const shown = JSON.stringify(w).slice(0, 500);
      const byVariable = await server.data('query($w: ItemWhereInput) { items(where: $w) { id } }', { w });
      assert.deepEqual(ids(byVariable.items), wanted, `${i}: ${shown}`);
      const keys = JSON.stringify(w).match(/"(?:[^"\\]|\\.)*":/g) ?? [];
      if (!keys.every((k) => /^"[A-Za-z_]\w*":$/.test(k))) continue;
      const byLiteral = await server.data(`{ items(where: ${literalOf(w)}) { id } }`);
      assert.deepEqual(ids(byLiteral.items), wanted, `literal ${i}: ${shown}`);
    }
  });

  // Each with a place for a text.
  const PLACES = [
    ['argument', 'query($v: String) { items(name: $v, note: $v) { id } }', (v) => v],
    ['argument of one', 'query($v: String!) { item(weird: $v) { id weird } }', (v) => v],
    ...[
      'eq',
      'neq',
      'gt',
      'lte',
      'contains',
      'startsWith',
      'endsWith',
      'icontains',
      'istartsWith',
      'iendsWith',
      'ieq',
      'like',
      'ilike',
      'matches',
      'imatches',
    ].flatMap((op) =>
      ['name', 'note', 'weird'].map((f) => [
        `${f} ${op}`,
        `query($v: String) { items(where: {${f}: {${op}: $v}}) { id } }`,
        (v) => v,
      ]),
    ),
    ...['in', 'nin'].map((op) => [
      `name ${op}`,
      `query($v: [String!]) { items(where: {name: {${op}: $v}}) { id } }`,
      (v) => [v, v],
    ]),
    ...['tags', 'labels'].flatMap((f) =>
      ['eq', 'contains', 'containedBy', 'overlaps'].map((op) => [
        `${f} ${op}`,
        `query($v: [String!]) { items(where: {${f}: {${op}: $v}}) { id } }`,
        (v) => [v],
      ]),
    ),
    ['tags any', 'query($v: String) { items(where: {tags: {any: {eq: $v}}}) { id } }', (v) => v],
    ...['doc', 'extra'].flatMap((f) => [
      [`${f} hasKey`, `query($v: String) { items(where: {${f}: {hasKey: $v}}) { id } }`, (v) => v],
      [`${f} hasAnyKeys`, `query($v: [String!]) { items(where: {${f}: {hasAnyKeys: $v}}) { id } }`, (v) => [v]],
      [`${f} contains key`, `query($v: JSON) { items(where: {${f}: {contains: $v}}) { id } }`, (v) => ({ [v]: v })],
      [`${f} eq`, `query($v: JSON) { items(where: {${f}: {eq: $v}}) { id } }`, (v) => [v]],
      [
        `${f} path`,
        `query($v: [String!]!) { items(where: {${f}: {path: {path: $v, isNull: false}}}) { id } }`,
        (v) => [v],
      ],
      [
        `${f} path value`,
        `query($v: JSON) { items(where: {${f}: {path: {path: ["deep"], eq: $v}}}) { id } }`,
        (v) => v,
      ],
      [`${f} matchesPath`, `query($v: String) { items(where: {${f}: {matchesPath: $v}}) { id } }`, (v) => v],
    ]),
    [
      'search',
      'query($v: String!) { items(where: {name: {search: {query: $v, language: "simple"}}}) { id } }',
      (v) => v,
    ],
    ['search raw', 'query($v: String!) { items(where: {name: {search: {query: $v, mode: RAW}}}) { id } }', (v) => v],
    [
      'search language',
      'query($v: String) { items(where: {name: {search: {query: "x", language: $v}}}) { id } }',
      (v) => v,
    ],
    ['embedded', 'query($v: String) { items(where: {inner: {name: {eq: $v}}}) { id } }', (v) => v],
    ['embedded list', 'query($v: String) { items(where: {list: {some: {name: {eq: $v}}}}) { id } }', (v) => v],
  ];

  it('the database sees the same statements, whatever the texts are', async () => {
    let from = pg.log.length;
    for (const [, query, wrap] of PLACES)
      for (const text of ['plain', '$']) await server.post({ query, variables: { v: wrap(text) } });
    const expected = await statements(from);
    assert.ok(expected.size > 20, `${expected.size} statements`);
    from = pg.log.length;
    for (const [place, query, wrap] of PLACES) {
      for (const text of HOSTILE) {
        const { body } = await server.post({ query, variables: { v: wrap(text) } });
        for (const error of body.errors ?? [])
          assert.equal(error.extensions.code, 'BAD_USER_INPUT', `${place} ${text}`);
      }
    }
    const seen = await statements(from);
    assert.deepEqual(
      [...seen].filter((s) => !expected.has(s)),
      [],
    );
    assert.doesNotMatch([...seen].join('\n'), /pg_sleep|or 1=1|ÀÉ|🙂/);
    assert.equal(await pg.sql(`select count(*) from ${identifier(TABLE)}`), String(ROWS.length));
  });

  it('literals do not reach statements either', async () => {
    const from = pg.log.length;
    for (const text of HOSTILE) {
      const t = JSON.stringify(text);
      const where = `{OR: [{name: {in: [${t}]}}, {note: {startsWith: ${t}}}, {tags: {any: {ieq: ${t}}}},
        {doc: {hasAnyKeys: [${t}]}},
        {extra: {path: {path: [${t}, "x"], eq: ${t}}}},
        {list: {none: {name: {like: "a"}, AND: [{name: {eq: ${t}}}]}}}]}`;
      const { body } = await server.post({ query: `{ items(where: ${where}) { id } }` });
      assert.ok(body.data, JSON.stringify(body));
    }
    const seen = [...(await statements(from))].filter((s) => !isSettings(s));
    assert.equal(seen.length, 1, seen.join('\n'));
  });

  it('names of variables, members and paths that do not exist are errors before SQL', async () => {
    const from = pg.log.length;
    for (const text of HOSTILE) {
      const asks = [
        { query: 'query($w: ItemWhereInput) { items(where: $w) { id } }', variables: { w: { [text]: { eq: 'x' } } } },
        {
          query: 'query($w: ItemWhereInput) { items(where: $w) { id } }',
          variables: { w: { name: { [text]: 'x' } } },
        },
        { query: 'query($o: [ItemOrderByInput!]) { items(orderBy: $o) { id } }', variables: { o: [{ name: text }] } },
        {
          query: 'query($o: [ItemOrderByInput!]) { items(orderBy: $o) { id } }',
          variables: { o: [{ [text]: 'ASC' }] },
        },
        { query: 'query A { items { id } }', operationName: text || 'B' },
      ];
      for (const ask of asks) {
        const { body, text: answer } = await server.post(ask);
        assert.ok(body.errors?.length && !body.data, answer);
      }
    }
    assert.equal((await statements(from)).size, 0);
  });

  it('a text with U+0000 is refused', async () => {
    const { body } = await server.post({
      query: 'query($v: String) { items(where: {name: {eq: $v}}) { id } }',
      variables: { v: 'a\u0000b' },
    });
    assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
  });

  it('filters that are too deep are refused', async () => {
    const deep = (n) => '{NOT: '.repeat(n) + '{}' + '}'.repeat(n);
    const nested = (n) => JSON.parse('{"NOT": '.repeat(n) + '{}' + '}'.repeat(n));
    await server.data(`{ items(where: ${deep(30)}) { id } }`);
    for (const n of [32, 60]) {
      const literal = await server.post({ query: `{ items(where: ${deep(n)}) { id } }` });
      assert.match(literal.body.errors[0].message, /nested|deep/);
      const variable = await server.post({
        query: 'query($w: ItemWhereInput) { items(where: $w) { id } }',
        variables: { w: nested(n) },
      });
      assert.match(variable.body.errors[0].message, /nested|deep/);
    }
    const w = '{"NOT": '.repeat(5000) + '{}' + '}'.repeat(5000);
    const ask = 'query($w: ItemWhereInput) { items(where: $w) { id } }';
    const huge = await server.post(`{"query": "${ask}", "variables": {"w": ${w}}}`);
    assert.ok(huge.body.errors, 'nested 5000 times');
  });

  it('variables of other shapes do not share a plan', async () => {
    const query = 'query($w: ItemWhereInput) { items(where: $w) { id } }';
    const { where } = generator(7);
    const shapes = Array.from({ length: 80 }, () => where(2));
    const twice = [...shapes, ...[...shapes].reverse()];
    await Promise.all(
      twice.map(async (w) => {
        const { items } = await server.data(query, { w });
        assert.deepEqual(
          ids(items),
          ids(ROWS.filter((r) => evaluate(w, r) === true)),
          JSON.stringify(w).slice(0, 300),
        );
      }),
    );
  });
});

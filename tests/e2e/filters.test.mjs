// Every operator of every kind of value, on columns and on JSONB keys, executed by the real server and compared
// with SQL and JavaScript that were written for the test. The served schema says which operators there are, so
// an operator without a case fails.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CASES, EnumValue } from './lib/filter_cases.mjs';
import { databaseSql, FIELDS, schemaSdl, snake } from './lib/filter_data.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const run = promisify(execFile);

function literal(v) {
  if (v instanceof EnumValue) return v.name;
  if (Array.isArray(v)) return `[${v.map(literal).join(', ')}]`;
  if (v && typeof v === 'object')
    return `{${Object.entries(v)
      .map(([k, x]) => `${/^\w+$/.test(k) ? k : 'bad'}: ${literal(x)}`)
      .join(', ')}}`;
  return JSON.stringify(v);
}

function variable(v) {
  if (v instanceof EnumValue) return v.name;
  if (Array.isArray(v)) return v.map(variable);
  if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, variable(x)]));
  return v;
}

/** Can the value be written as a literal? Keys of JSON objects must be names there. */
const hasLiteral = (v) => !/"[^"\\]*[^\x00-\x7f][^"\\]*":/.test(JSON.stringify(v));

// Where a filter can stand: root field, how the filter is wrapped, and the SQL that finds the same rows; c(x) is
// the condition on a row of item, three-valued.
const POSITIONS = {
  column: { root: 'items', wrap: (f) => f, sql: (c) => `select i.id from item i where ${c}` },
  key: { root: 'docs', wrap: (f) => f, sql: (c) => `select i.id from item i where ${c}` },
  'NOT column': { root: 'items', wrap: (f) => `{NOT: ${f}}`, sql: (c) => `select i.id from item i where not (${c})` },
  'NOT key': { root: 'docs', wrap: (f) => `{NOT: ${f}}`, sql: (c) => `select i.id from item i where not (${c})` },
  'OR column': {
    root: 'items',
    wrap: (f) => `{OR: [${f}, {id: {eq: 3}}]}`,
    sql: (c) => `select i.id from item i where ${c} or i.id = 3`,
  },
  'OR key': {
    root: 'docs',
    wrap: (f) => `{OR: [{id: {eq: 3}}, ${f}]}`,
    sql: (c) => `select i.id from item i where ${c} or i.id = 3`,
  },
  'to-one': {
    root: 'links',
    wrap: (f) => `{item: ${f}}`,
    sql: (c) => `select l.id from link l join item i on i.id = l.item_id where ${c}`,
  },
  'to-one key': {
    root: 'links',
    wrap: (f) => `{NOT: {doc: ${f}}}`,
    sql: (c) =>
      `select l.id from link l left join item i on i.id = l.item_id
       where not coalesce(i.id is not null and (${c}), false)`,
  },
  some: {
    root: 'crowds',
    wrap: (f) => `{items: {some: ${f}}}`,
    sql: (c) => `select distinct m.crowd_id from member m join item i on i.id = m.item_id where ${c}`,
  },
  every: {
    root: 'crowds',
    wrap: (f) => `{items: {every: ${f}}}`,
    sql: (c) =>
      `select id from crowd
       except select m.crowd_id from member m join item i on i.id = m.item_id where (${c}) is not true`,
  },
  none: {
    root: 'crowds',
    wrap: (f) => `{items: {none: ${f}}}`,
    sql: (c) =>
      `select id from crowd
       except select m.crowd_id from member m join item i on i.id = m.item_id where ${c}`,
  },
  embedded: {
    root: 'boxes',
    wrap: (f) => `{item: ${f}}`,
    sql: (c) => `select b.id from box b left join item i on i.id = b.id where ${c}`,
  },
  'in list some': {
    root: 'bags',
    wrap: (f) => `{items: {some: ${f}}}`,
    sql: (c) => `select distinct i.id % 9 from item i where ${c}`,
  },
  'in list every': {
    root: 'bags',
    wrap: (f) => `{items: {every: ${f}}}`,
    sql: (c) =>
      `select b.id from bag b
       where b.id < 9 and not exists (select from item i where i.id % 9 = b.id and (${c}) is not true)
       union select 102`,
  },
  'in list none': {
    root: 'bags',
    wrap: (f) => `{items: {none: ${f}}}`,
    sql: (c) =>
      `select b.id from bag b
       where b.id < 9 and not exists (select from item i where i.id % 9 = b.id and ${c})
       union select 102`,
  },
};

const TYPE = Array.from({ length: 6 }).reduce((inner) => `kind name ofType { ${inner} }`, 'kind name');
const INTROSPECT = `{ __schema { types { name kind inputFields { name type { ${TYPE} } } } } }`;

function typeText(t) {
  if (t.kind === 'NON_NULL') return `${typeText(t.ofType)}!`;
  if (t.kind === 'LIST') return `[${typeText(t.ofType)}]`;
  return t.name;
}

describe('filters', () => {
  let pg;
  let server;
  let dir;
  let types;
  let values; // field → id → text of the column

  /** Answers of many SQL queries, each a sorted list of numbers. */
  async function ask(queries) {
    const file = join(dir, 'queries.sql');
    await writeFile(
      file,
      queries.map((s) => `select coalesce(json_agg(n order by n), '[]') from (${s}) t(n);\n`).join(''),
    );
    const { stdout } = await run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', file, pg.url], {
      maxBuffer: 1 << 28,
    });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-filters-'));
    pg = await Postgres.start();
    await writeFile(join(dir, 'data.sql'), databaseSql());
    await pg.file(join(dir, 'data.sql'));
    await writeFile(join(dir, 'schema.graphql'), schemaSdl());
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
    const { __schema: schema } = await server.data(INTROSPECT);
    types = Object.fromEntries(schema.types.map((t) => [t.name, t]));
    values = {};
    for (const name of Object.keys(FIELDS)) {
      const text = await pg.sql(
        `select coalesce(json_object_agg(id, ${snake(name)}::text), '{}') from item where ${snake(name)} is not null`,
      );
      values[name] = JSON.parse(text);
    }
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** The case's condition on item `i`, three-valued. */
  function condition(field, one) {
    const x = `i.${snake(field)}`;
    if (one.whole) return `(${one.whole.replaceAll(/\bx\b/g, x)})`;
    const isNull = field === 'json' ? `coalesce(${x}, 'null') = 'null'` : `${x} is null`;
    let yes = one.sql?.replaceAll(/(?<!["'])\bx\b(?!["'])/g, x);
    if (one.test) {
      const ids = Object.entries(values[field])
        .filter(([, v]) => one.test(v))
        .map(([id]) => id);
      yes = ids.length ? `i.id in (${ids})` : 'false';
    }
    return `(case when ${isNull} then null else (${yes}) end)`;
  }

  const tally = {};

  for (const [field, operators] of Object.entries(CASES)) {
    it(`${field}: ${FIELDS[field]?.type ?? 'Int'}`, async () => {
      const expected = [];
      for (const cases of Object.values(operators))
        for (const one of cases)
          for (const p of Object.values(POSITIONS)) expected.push(p.sql(condition(field, one)));
      const rows = await ask(expected);
      let n = 0;
      const where = Object.fromEntries(types.ItemWhereInput.inputFields.map((f) => [f.name, f.type]));
      for (const [operator, cases] of Object.entries(operators)) {
        const input = types[typeText(where[field])].inputFields.find((f) => f.name === operator);
        assert.ok(input, `${field} has no operator ${operator}`);
        const declared = typeText(input.type);
        for (const one of cases) {
          const wanted = rows.slice(n, n + Object.keys(POSITIONS).length);
          n += wanted.length;
          const filter = (v) => `{${field}: {${operator}: ${v}}}`;
          const query = (v, head) =>
            `query${head} { ${Object.values(POSITIONS)
              .map((p, i) => `a${i}: ${p.root}(where: ${p.wrap(filter(v))}, orderBy: [{id: ASC}]) { id }`)
              .join('\n')} }`;
          const byVariable = await server.post({
            query: query('$v', `($v: ${declared})`),
            variables: { v: variable(one.value) },
          });
          const compare = (answer, how) => {
            assert.ok(!answer.body.errors, `${field} ${operator} ${literal(one.value)} by ${how}: ${answer.text}`);
            Object.keys(POSITIONS).forEach((p, i) => {
              const got = answer.body.data[`a${i}`].map((r) => r.id);
              assert.deepEqual(got, wanted[i], `${field} ${operator} ${literal(one.value)} ${p} by ${how}`);
            });
          };
          compare(byVariable, 'variable');
          if (hasLiteral(one.value)) compare(await server.post({ query: query(literal(one.value), '') }), 'literal');
          Object.keys(POSITIONS).forEach((p) => {
            const line = (tally[`${(FIELDS[field]?.type ?? 'Int').replaceAll('!', '')} ${operator}`] ??= {});
            line[p] = (line[p] ?? 0) + 1;
          });
        }
      }
    });
  }

  it('no operator of the served schema is without a case', () => {
    const missing = [];
    for (const { name, type } of types.ItemWhereInput.inputFields) {
      if (['AND', 'OR', 'NOT'].includes(name)) continue;
      for (const operator of types[typeText(type)].inputFields)
        if (!CASES[name]?.[operator.name]?.length) missing.push(`${name}.${operator.name}`);
    }
    for (const name of Object.keys(FIELDS))
      if (!types.ItemWhereInput.inputFields.some((f) => f.name === name)) missing.push(name);
    const path = types.JSONPathFilter.inputFields.map((f) => f.name).filter((n) => n !== 'path');
    for (const operator of path)
      if (!CASES.json.path.some((c) => operator in c.value)) missing.push(`json.path.${operator}`);
    assert.deepEqual(missing, []);
  });

  it('prints what was tried', () => {
    const names = Object.keys(POSITIONS);
    console.log(['kind, operator', ...names].join(' | '));
    for (const [operator, line] of Object.entries(tally).sort())
      console.log([operator, ...names.map((p) => line[p] ?? 0)].join(' | '));
  });
});

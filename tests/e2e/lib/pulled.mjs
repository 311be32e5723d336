// A database, the schema that `fraiseql schema pull` makes of it, and a server on both; and checks that compare what
// the server answers with SQL that is made from PostgreSQL's catalog, knowing nothing of how a pull works.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Postgres } from './postgres.mjs';
import { Server, inherited, program } from './server.mjs';

const run = promisify(execFile);

export class Pulled {
  /** `fill` is given the Postgres. */
  static async start(fill) {
    const p = new Pulled();
    p.dir = await mkdtemp(join(tmpdir(), 'fraiseql-pull-'));
    p.file = join(p.dir, 'schema.graphql');
    p.pg = await Postgres.start();
    await fill(p.pg);
    return p;
  }

  /** Runs a command of the program on the project and its database: { code, out, err }. */
  async command(...args) {
    const all = [...args, '--dir', this.dir, '--database', this.pg.url];
    try {
      const { stdout, stderr } = await run(program, all, { env: inherited, maxBuffer: 1 << 28 });
      return { code: 0, out: stdout, err: stderr };
    } catch (e) {
      return { code: e.code, out: e.stdout, err: e.stderr };
    }
  }

  pull(...args) { return this.command('schema', 'pull', ...args); }

  sdl() { return readFile(this.file, 'utf8'); }

  write(text) { return writeFile(this.file, text); }

  /** Pulls; what comes out has no problems, and a second pull changes nothing. */
  async pullWell(...args) {
    const first = await this.pull(...args);
    assert.equal(first.code, 0, first.out + first.err);
    const sdl = await this.sdl();
    const check = await this.command('check');
    assert.equal(check.code, 0, check.out + check.err);
    assert.doesNotMatch(check.out, /error|warning/);
    const second = await this.pull(...args);
    assert.match(second.out, /nothing to change/);
    assert.equal(await this.sdl(), sdl);
    const dry = await this.pull('--dry-run', ...args);
    assert.deepEqual([dry.code, dry.out], [0, '']);
    return { sdl, report: first };
  }

  async serve(command = 'serve') {
    await this.server?.stop();
    this.server = await Server.start([command, '--dir', this.dir, '--database', this.pg.url,
      '--no-log-access']);
    return this.server;
  }

  async stop() {
    await this.server?.stop();
    await this.pg.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/* ---- the SDL, as far as these checks read it ---- */

const snake = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
  .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2').toLowerCase();

function texts(list) {
  return [...list.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
}

function readField(line) {
  const found = line.match(/^ {2}(\w+)(\([^)]*\))?: ([[\]!\w]+)(.*)$/);
  if (!found) return undefined;
  const [, name, args, type, rest] = found;
  const join = rest.match(/@relation\(fields: (\[[^\]]*\]), references: (\[[^\]]*\])(?:, relation: "([^"]*)")?/);
  return {
    name,
    args,
    type,
    of: type.replace(/[[\]!]/g, ''),
    list: type.startsWith('['),
    column: rest.match(/@column\(name: "([^"]*)"/)?.[1] ?? snake(name),
    join: join && { from: texts(join[1]), to: texts(join[2]), link: join[3] },
    call: rest.match(/@function\(name: "([^"]*)"/)?.[1],
  };
}

/** Types by name: { relation, fields }. */
export function readSdl(sdl) {
  const types = new Map();
  for (const [, name, relation, body] of
    sdl.matchAll(/^type (\w+)(?: @source\(relation: "([^"]*)"\))? \{\n(.*?)^\}/gms)) {
    const fields = body.split('\n').map(readField).filter(Boolean);
    types.set(name, { name, relation, fields });
  }
  return types;
}

const LEAVES = new Set(['String', 'ID', 'Int', 'BigInt', 'Decimal', 'Boolean', 'UUID', 'Date', 'Float', 'DateTime',
  'IP', 'CIDR', 'MacAddress']);

export function leaves(type) {
  return type.fields.filter((f) => LEAVES.has(f.of) && !f.list && !f.join && !f.call && !f.args);
}

const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/** The field of Query that lists a type. */
export function listField(types, type) {
  return types.get('Query').fields.find((f) => f.of === type.name && f.list && !f.args && !f.call);
}

/* ---- comparing ---- */

function same(field, got, want) {
  if (got === null || want === null) return got === want;
  switch (field.of) {
    case 'Float': return Number(got) === Number(want);
    case 'DateTime': return Date.parse(got) === Date.parse(want.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
    case 'Boolean': return got === (want === 't' || want === 'true');
    default: return String(got) === want;
  }
}

async function rows(pg, sql) {
  return JSON.parse(await pg.sql(`select coalesce(json_agg(whole_row), '[]') from (${sql}) whole_row`));
}

async function primaryKeys(pg) {
  const found = await rows(pg, `select i.indrelid::regclass::text as table,
    (select json_agg(a.attname order by k.n) from unnest(i.indkey) with ordinality k (num, n)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num) as columns
    from pg_index i where i.indisprimary`);
  return new Map(found.map((k) => [k.table.replaceAll('"', ''), k.columns]));
}

/** The first rows of every type, by primary key, with all their simple values. Returns the number of values. */
export async function compareRows({ pg, server }, types, limit = 20) {
  const keys = await primaryKeys(pg);
  let values = 0;
  for (const type of types.values()) {
    const list = type.relation && listField(types, type);
    const key = keys.get(type.relation);
    if (!list || !key) continue;
    const fields = leaves(type);
    const { rows: got } = await server.data(
      `{ rows: ${list.name}(limit: ${limit}) { ${fields.map((f) => f.name).join(' ')} } }`);
    const want = await rows(pg, `select ${fields.map((f) => `${quote(f.column)}::text`).join(', ')}
      from ${quote(type.relation)} t order by ${key.map((c) => `t.${quote(c)}`).join(', ')} limit ${limit}`);
    assert.equal(got.length, want.length, type.name);
    got.forEach((row, i) => fields.forEach((f) => {
      assert.ok(same(f, row[f.name], want[i][f.column]),
        `${type.name}.${f.name} of row ${i}: ${row[f.name]}, but ${want[i][f.column]} in the database`);
      values += 1;
    }));
  }
  return values;
}

function foreignKeys(pg) {
  return rows(pg, `select conname as name, conrelid::regclass::text as "from", confrelid::regclass::text as "to",
    (select json_agg(attname order by n) from unnest(conkey) with ordinality k (num, n)
      join pg_attribute on attrelid = conrelid and attnum = num) as columns,
    (select json_agg(attname order by n) from unnest(confkey) with ordinality k (num, n)
      join pg_attribute on attrelid = confrelid and attnum = num) as refs
    from pg_constraint where contype = 'f' and connamespace is distinct from to_regnamespace('fraiseql')
    order by conrelid, conname`);
}

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function joinField(type, target, from, to) {
  return type.fields.find((f) => f.join && !f.join.link && f.of === target.name
    && equal(f.join.from, from) && equal(f.join.to, to));
}

const fieldOf = (type, column) => leaves(type).find((f) => f.column === column);

/** Children of the first parents, by the list field of a foreign key: as many as SQL counts, and theirs. */
async function compareChildren({ pg, server }, types, k, parent, child, field) {
  const shown = k.refs.map((c) => fieldOf(parent, c));
  const theirs = k.columns.map((c) => fieldOf(child, c));
  const list = listField(types, parent);
  if (!list || shown.includes(undefined) || theirs.includes(undefined)) return 0;
  const selection = `{ ${theirs.map((f) => f.name).join(' ')} }`;
  const { rows: got } = await server.data(`{ rows: ${list.name}(limit: 10) { ${shown.map((f) => f.name).join(' ')}
    children: ${field.name}${field.list ? '(limit: 1000)' : ''} ${selection} } }`);
  const counts = got.map((row) => {
    const where = k.columns.map((c, i) => `${quote(c)}::text = '${String(row[shown[i].name]).replaceAll("'", "''")}'`);
    return `(select count(*) from ${k.from} where ${where.join(' and ')})`;
  });
  const want = counts.length ? JSON.parse(await pg.sql(`select json_build_array(${counts.join(', ')})`)) : [];
  got.forEach((row, n) => {
    const children = field.list ? row.children : [row.children].filter(Boolean);
    assert.equal(children.length, Math.min(want[n], 1000), `${parent.name}.${field.name}`);
    for (const c of children) theirs.forEach((f, i) => assert.equal(c[f.name], row[shown[i].name]));
  });
  return got.length;
}

/** The parent of the first rows, by the field of a foreign key: it has the key that they have. */
async function compareParents({ server }, types, k, parent, child, field) {
  const own = k.columns.map((c) => fieldOf(child, c));
  const theirs = k.refs.map((c) => fieldOf(parent, c));
  const list = listField(types, child);
  if (!list || own.includes(undefined) || theirs.includes(undefined)) return 0;
  const { rows: got } = await server.data(`{ rows: ${list.name}(limit: 20) { ${own.map((f) => f.name).join(' ')}
    parent: ${field.name} { ${theirs.map((f) => f.name).join(' ')} } } }`);
  for (const row of got) {
    const some = own.every((f) => row[f.name] !== null);
    assert.equal(row.parent !== null, some, `${child.name}.${field.name}`);
    if (some) theirs.forEach((f, i) => assert.equal(row.parent[f.name], row[own[i].name]));
  }
  return got.length;
}

// Every foreign key is a field of both sides, or leads through a link table; every n-th of them gives the rows that
// it should.
export async function compareRelations(pulled, types, every = 1) {
  const byRelation = new Map([...types.values()].filter((t) => t.relation).map((t) => [t.relation, t]));
  const counts = { keys: 0, parents: 0, children: 0, links: 0 };
  for (const k of await foreignKeys(pulled.pg)) {
    const child = byRelation.get(k.from.replaceAll('"', ''));
    const parent = byRelation.get(k.to.replaceAll('"', ''));
    counts.keys += 1;
    if (!child) {
      const through = [...types.values()].some((t) => t.fields.some((f) => f.join?.link === k.from));
      assert.ok(through, `${k.name}: neither a type nor a relation for ${k.from}`);
      counts.links += 1;
      continue;
    }
    const up = joinField(child, parent, k.columns, k.refs);
    const down = joinField(parent, child, k.refs, k.columns);
    assert.ok(up && !up.list, `${k.name}: no field of ${child.name}`);
    assert.ok(down, `${k.name}: no field of ${parent.name}`);
    if (counts.keys % every) continue;
    counts.parents += await compareParents(pulled, types, k, parent, child, up);
    counts.children += await compareChildren(pulled, types, k, parent, child, down);
  }
  return counts;
}

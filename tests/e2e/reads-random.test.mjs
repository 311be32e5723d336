// Random filters, orders and pages over the benchmark's data, the music store and a table of odd values,
// each compared with a naive evaluation over plain rows (random/). RANDOM_CASES sets how many, RANDOM_SEED
// which; a failure prints what is needed to repeat it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { Postgres } from './lib/postgres.mjs';
import { Server, root } from './lib/server.mjs';
import { Generator, HOSTILE, literal, random } from './random/generate.mjs';
import { Model } from './random/model.mjs';
import { Naive, OPERATORS } from './random/naive.mjs';

const run = promisify(execFile);
const CASES = Number(process.env.RANDOM_CASES ?? 1000);
const SEED = Number(process.env.RANDOM_SEED ?? 20261125);

// What can't be told without PostgreSQL's parsers of languages; filters.test.mjs has it.
const SKIPPED = new Set(['search']);

const quote = (s) => `'${s.replaceAll("'", "''")}'`;
const ODD = `
  create table odd (id int primary key, parent_id int references odd, label text, small int, big bigint,
    exact numeric, approx float8, yes boolean, day date, at timestamptz, code uuid, state text,
    data jsonb not null);
  create index on odd (label);
  insert into odd select i, nullif(i / 3, 0), (array[${HOSTILE.map(quote)}, null, null, 'dup', 'dup'])[1 + i % 35],
    (array[0, -1, 1, 2147483647, -2147483648, null, 7])[1 + i % 7],
    (array[0, 9223372036854775807, -9223372036854775808, null, 42])[1 + i % 5],
    (array[0, 0.1, -0.1, 12345678901234567890.123456789, null, 1.10])[1 + i % 6],
    (array[0, 0.5, -1.25, null, 1e10])[1 + i % 5], (array[true, false, null])[1 + i % 3],
    date '2024-02-27' + i % 5,
    timestamptz '2025-10-26 00:59:59.999999Z' + (i % 9) * interval '30 minutes 1 microsecond',
    md5((i % 20)::text)::uuid, (array['OPEN', 'WAITING', 'CLOSED', null])[1 + i % 4],
    jsonb_build_object('rank', i % 4, 'tag', (array[${HOSTILE.map(quote)}])[1 + i % 31], 'score', i / 4.0,
      'on', i % 2 = 0, 'mood', (array['OPEN', 'WAITING', 'CLOSED', null])[1 + i % 4], 'seen_at',
        timestamptz '2026-01-01' + (i % 6) * interval '1 day')
      - (array['rank', 'tag', 'score', 'none'])[1 + i % 4]
      || case when i % 5 = 0 then '{"rank": null, "on": null}' else '{}' end::jsonb
      || jsonb_build_object('inner', jsonb_build_object('n', nullif(i % 6, 0), 'word', 'w' || i % 3))
    from generate_series(1, 120) i;
`;
const ODD_SDL = `
  type Odd @source(relation: "odd") {
    id: Int! label: String small: Int big: BigInt exact: Decimal approx: Float yes: Boolean day: Date!
    at: DateTime! code: UUID!
      state: State mood: State rank: Int tag: String score: Float on: Boolean seenAt: DateTime! inner: Inner!
    parent: Odd @relation(fields: ["parent_id"], references: ["id"])
    children: [Odd!]! @relation(fields: ["id"], references: ["parent_id"])
    childrenConnection: OddConnection! @relation(fields: ["id"], references: ["parent_id"])
  }
  enum State { WAITING OPEN CLOSED }
  type Inner { n: Int word: String! }
`;
// Lists by their item types; of those with a parent, the field of the parent.
const ROOTS = { artists: 'Artist', albums: 'Album', tracks: 'Track', genres: 'Genre', playlists: 'Playlist',
  employees: 'Employee', customers: 'Customer', invoices: 'Invoice', users: 'User', posts: 'Post',
  postViews: 'PostView', userRows: 'UserRow', postRows: 'PostRow', commentRows: 'CommentRow', odds: 'Odd' };
const NESTED = [['albums', 'tracks'], ['artists', 'albums'], ['playlists', 'tracks'], ['tracks', 'playlists'],
  ['employees', 'team'], ['invoices', 'lines'], ['customers', 'invoices'], ['userRows', 'posts'],
  ['postRows', 'comments'], ['odds', 'children'], ['genres', 'tracks'], ['playlists', 'entries']];

async function schemaText() {
  const store = await readFile(join(root, 'examples/music-store/schema.graphql'), 'utf8');
  const bench = await readFile(join(root, 'bench/dataset/schema.graphql'), 'utf8');
  const more = Object.entries(ROOTS).map(([list, type]) =>
    `${list}Connection: ${type}Connection! @list(maxLimit: 5000) ${list}Aggregate: ${type}Aggregate!`);
  return `${store}\n${bench.replace('type Query {', 'extend type Query {')}\n${ODD_SDL}
    extend type Query { odds: [Odd!]! ${more.join(' ')} }
    extend type UserRow { postsConnection: PostRowConnection!
      @relation(fields: ["pk_user"], references: ["fk_author"]) }
    extend type Playlist { tracksConnection: TrackConnection!
      @relation(fields: ["id"], references: ["id"], relation: "playlist_track") }`;
}

describe('reads at random', () => {
  let pg;
  let server;
  let dir;
  let model;
  let schema;
  let naive;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-random-'));
    pg = await Postgres.start({ timezone: 'UTC' });
    await run(join(root, 'bench/dataset/load.sh'), ['xs', pg.url]);
    for (const file of ['schema/01_catalogue', 'schema/02_sales', 'seeds/01_catalogue', 'seeds/02_sales']) {
      await pg.file(join(root, `examples/music-store/db/${file}.sql`));
    }
    await pg.sql(ODD);
    await pg.sql('analyze');
    const sdl = await schemaText();
    await writeFile(join(dir, 'schema.graphql'), sdl);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url,
      '--lists-max-limit', '5000'], { env: { FRAISEQL_LOG_ACCESS: 'false' } });
    schema = buildClientSchema(await server.data(getIntrospectionQuery()));
    model = await Model.load(sdl, pg);
    await model.addTexts(pg, [...HOSTILE, 'a', 'nobody@example.org']);
    naive = new Naive(model);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const listField = (list) => model.types.get('Query').fields.get(list);

  /** Runs a query whose `args` of the field are variables or literals. */
  async function ask(g, before_, field, args, after_, parent, name) {
    const given = Object.entries(args).filter(([, v]) => v !== undefined);
    const owner = schema.getType(parent);
    const types = Object.fromEntries(owner.getFields()[name].args.map((a) => [a.name, a.type]));
    let query;
    let variables;
    if (g.chance(0.5)) {
      const declared = given.map(([k]) => `$${k}: ${types[k]}`).join(' ');
      query = `query ${declared && `(${declared})`} { ${before_} ${field}`
        + `${given.length ? `(${given.map(([k]) => `${k}: $${k}`).join(', ')})` : ''} ${after_} }`;
      variables = Object.fromEntries(given);
    } else {
      query = `{ ${before_} ${field}`
        + `${given.length ? `(${given.map(([k, v]) => `${k}: ${literal(v, types[k])}`).join(', ')})` : ''} ${after_} }`;
    }
    const { body, text } = await server.post({ query, variables });
    if (body.errors) throw new Error(`${text.slice(0, 500)}\n${query}\n${JSON.stringify(variables)}`);
    return body.data;
  }

  /** What tells rows of a type apart: their fields, as the server gives them. */
  const identity = (type) => (model.types.get(type).fields.has('id') ? 'id'
    : [...model.types.get(type).fields.values()].filter((f) => model.isLeaf(f.type)).map((f) => f.name).join(' '));
  const shown = (rows, type) => rows.map((r) => Object.fromEntries(identity(type).split(' ').map((name) => {
    const f = model.types.get(type).fields.get(name);
    return [name, model.value(r, type, f)];
  })));

  const limits = (g, n) => ({ limit: g.chance(0.7) ? g.int(n + 3) : undefined,
    offset: g.chance(0.4) ? g.int(n + 3) : undefined });

  // How many answers held none, some or all of the rows: filters that keep nothing would show nothing.
  const kept = { none: 0, some: 0, all: 0 };
  const note = (n, of) => { kept[n === 0 ? 'none' : n < of ? 'some' : 'all'] += 1; };
  const anyList = (g) => (g.chance(0.2) ? 'odds' : g.pick(Object.keys(ROOTS)));

  async function listCase(g) {
    const list = anyList(g);
    const type = ROOTS[list];
    const args = { where: g.chance(0.9) ? g.where(type) : undefined, orderBy: g.orderBy(type) };
    const all = naive.list(model.all(type), type, args, listField(list));
    note(all.length, model.all(type).length);
    const cut = limits(g, Math.min(all.length, 100));
    const limit = cut.limit ?? Number(listField(list).policy?.defaultLimit ?? 100);
    const max = Number(listField(list).policy?.maxLimit ?? 5000);
    cut.limit = cut.limit && Math.min(cut.limit, max);
    const from = cut.offset ?? 0;
    const want = all.slice(from, from + Math.min(limit, max));
    const data = await ask(g, '', list, { ...args, ...cut }, `{ ${identity(type)} }`, 'Query', list);
    assert.deepEqual(data[list], shown(want, type));
  }

  async function walkCase(g) {
    const list = anyList(g);
    const type = ROOTS[list];
    const name = `${list}Connection`;
    const args = { where: g.chance(0.8) ? g.where(type) : undefined, orderBy: g.orderBy(type) };
    const want = naive.list(model.all(type), type, args, listField(name), true);
    note(want.length, model.all(type).length);
    const size = Math.max(1, Math.ceil(want.length / g.pick([1, 2, 3, 4, 6])) + g.pick([-1, 0, 0, 1]));
    const backward = g.chance(0.5);
    const seen = [];
    let cursor;
    for (;;) {
      const page = (await ask(g, '', name, { ...args, [backward ? 'last' : 'first']: size,
        [backward ? 'before' : 'after']: cursor },
      `{ nodes { ${identity(type)} } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
      'Query', name))[name];
      if (backward) seen.unshift(...page.nodes); else seen.push(...page.nodes);
      const left = seen.length < want.length;
      assert.equal(page.totalCount, want.length);
      assert.equal(page.pageInfo[backward ? 'hasPreviousPage' : 'hasNextPage'], left);
      assert.equal(page.pageInfo[backward ? 'hasNextPage' : 'hasPreviousPage'], cursor !== undefined);
      if (!left || page.nodes.length === 0) break;
      cursor = page.pageInfo[backward ? 'startCursor' : 'endCursor'];
    }
    assert.deepEqual(seen, shown(want, type));
  }

  async function nestedCase(g) {
    const [list, inner] = g.pick(NESTED);
    const parent = ROOTS[list];
    const field = model.types.get(parent).fields.get(inner);
    const paged = model.types.get(parent).fields.has(`${inner}Connection`) && g.chance(0.6);
    const name = paged ? `${inner}Connection` : inner;
    const args = { where: g.chance(0.7) ? g.where(field.type, 2) : undefined, orderBy: g.orderBy(field.type) };
    const cut = paged ? { first: g.int(6) } : limits(g, 6);
    const parents = naive.list(model.all(parent), parent, {}, listField(list)).slice(0, 20);
    const data = await ask(g, `${list}(limit: 20) {`, name, { ...args, ...cut },
      paged ? `{ nodes { ${identity(field.type)} } totalCount pageInfo { hasNextPage } } }`
        : `{ ${identity(field.type)} } }`, parent, name);
    assert.deepEqual(data[list].map((p) => p[name]), parents.map((p) => {
      const all = naive.list(model.related(p, parent, field), field.type, args,
        paged ? model.types.get(parent).fields.get(name) : field, paged);
      if (paged) {
        return { nodes: shown(all.slice(0, cut.first), field.type), totalCount: all.length,
          pageInfo: { hasNextPage: all.length > cut.first } };
      }
      const from = cut.offset ?? 0;
      return shown(all.slice(from, from + (cut.limit ?? 100)), field.type);
    }));
  }

  async function sumCase(g) {
    const list = anyList(g);
    const type = ROOTS[list];
    const where = g.where(type);
    const name = `${list}Aggregate`;
    const rows = naive.list(model.all(type), type, { where }, {});
    const aggregate = schema.getType(`${type}Aggregate`).getFields();
    const asked = ['countDistinct', 'sum', 'min', 'max'].filter((fn) => aggregate[fn]);
    const fields = asked.map((fn) => `${fn} { ${Object.keys(aggregate[fn].type.ofType.getFields()).join(' ')} }`);
    const data = (await ask(g, '', name, { where }, `{ count ${fields.join(' ')} }`, 'Query', name))[name];
    assert.equal(data.count, rows.length);
    for (const fn of asked) {
      for (const [field, got] of Object.entries(data[fn])) {
        const f = model.types.get(type).fields.get(field);
        const result = { sum: { Int: 'BigInt', BigInt: 'Decimal' }[f.type] }[fn] ?? f.type;
        const want = naive.aggregate(fn, rows, type, f);
        if (fn === 'countDistinct') assert.equal(got, want, field);
        else if (f.type === 'Float' && want !== null) assert.ok(Math.abs(got - want) <= 1e-9 * Math.abs(want));
        else if (result === 'Decimal' && f.type === 'BigInt') {
          assert.equal(got, want === null ? null : String(want), field);
        } else if (fn === 'sum' && f.type === 'Int') assert.equal(got, want === null ? null : String(want), field);
        else assert.equal(naive.comparable(got, f.type), want, `${fn} ${field}`);
      }
    }
  }

  it(`${CASES} cases without a difference`, { timeout: 3_600_000 }, async (t) => {
    const g = new Generator(model, schema, OPERATORS, SKIPPED, SEED);
    const kinds = [listCase, listCase, walkCase, nestedCase, sumCase];
    const failures = [];
    for (let i = 0; i < CASES && failures.length < 5; i += 1) {
      const seed = (SEED + i * 7919) >>> 0;
      g.next = random(seed);
      try {
        await g.pick(kinds)(g);
      } catch (e) {
        failures.push(`RANDOM_SEED=${seed} RANDOM_CASES=1: ${e.message.slice(0, 3000)}`);
      }
    }
    assert.deepEqual(failures.join('\n\n'), '');
    t.diagnostic(`${CASES} cases with ${g.seen.size} operators by kind; lists and walks kept `
      + `some rows ${kept.some} times, none ${kept.none}, all ${kept.all}`);
    if (CASES < 500) return;
    assert.ok(kept.some > kept.none && kept.some > CASES / 5, JSON.stringify(kept));
    for (const kind of ['String', 'Int', 'BigInt', 'Decimal', 'Boolean', 'DateTime', 'Date', 'UUID', 'Float',
      'State']) {
      for (const operator of Object.keys(schema.getType(`${kind}Filter`).getFields())) {
        if (!SKIPPED.has(operator)) assert.ok(g.seen.has(`${kind} ${operator}`), `${kind} ${operator} was never used`);
      }
    }
  });
});

// Connections: pages forward and backward over real rows, what is refused, and what the database sees.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const run = promisify(execFile);

const SQL = `
  create table tb_shelf (pk_shelf int generated always as identity primary key,
    id uuid not null unique default gen_random_uuid(), name text not null);
  create table tb_item (pk_item int generated always as identity primary key,
    id uuid not null unique, fk_shelf int references tb_shelf, label text, size int,
    at timestamptz not null, data jsonb not null);
  insert into tb_shelf (name) select 'shelf ' || i from generate_series(1, 4) i;
  insert into tb_item (id, fk_shelf, label, size, at, data)
    select md5('i' || i)::uuid, nullif(i % 4, 0),
      case when i % 5 = 0 then null else 'l' || i % 7 end,
      case when i % 3 = 0 then null else i % 11 end,
      timestamptz '2026-01-01' + (i % 17) * interval '1 hour 0.123456 seconds',
      jsonb_build_object('rank', case when i % 6 <> 0 then i % 4 end, 'n', i)
    from generate_series(1, 60) i;
  create table big (id int primary key, at int not null, label text);
  insert into big select i, i / 3, 'b' || i % 100 from generate_series(1, 100000) i;
  create index on big (at, id);
  analyze;
`;

const SDL = `
  type Shelf @source(relation: "tb_shelf") {
    id: UUID! name: String!
    itemsConnection: ItemConnection! @relation(fields: ["pk_shelf"], references: ["fk_shelf"])
    items: [Item!]! @relation(fields: ["pk_shelf"], references: ["fk_shelf"])
  }
  type Item @source(relation: "tb_item") {
    id: UUID! label: String size: Int at: DateTime! rank: Int n: Int!
    shelf: Shelf @relation(fields: ["fk_shelf"], references: ["pk_shelf"])
  }
  type Big @source(relation: "big") { id: Int! at: Int! label: String }
  type Query {
    shelves: [Shelf!]!
    shelvesConnection: ShelfConnection!
    itemsConnection: ItemConnection! @list(defaultLimit: 5, maxLimit: 50)
    bigs: BigConnection!
  }
`;

const PAGE = `edges { cursor node { id n label size at rank } } nodes { n }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const QUERY = `query ($orderBy: [ItemOrderByInput!], $where: ItemWhereInput,
  $first: Int, $after: String, $last: Int, $before: String) {
  itemsConnection(orderBy: $orderBy, where: $where,
    first: $first, after: $after, last: $last, before: $before) { ${PAGE} totalCount }
}`;

describe('connections', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-paging-'));
    pg = await Postgres.start();
    await pg.sql(SQL);
    await writeFile(join(dir, 'schema.graphql'), SDL);
    server = await Server.start(
      ['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const page = async (variables) => (await server.data(QUERY, variables)).itemsConnection;
  const refused = async (variables, message) => {
    const { body } = await server.post({ query: QUERY, variables });
    assert.match(body.errors[0].message, message);
    assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
  };
  const ns = async (order, where = 'true') => (await pg.sql(
    `select data->>'n' from tb_item i left join tb_shelf s on s.pk_shelf = i.fk_shelf
     where ${where} order by ${order}, i.id`)).split('\n').filter(Boolean).map(Number);

  /** All rows, page by page, in one direction; checks what each page says of itself. */
  async function walk(variables, size, backward, want) {
    const seen = [];
    let cursor = null;
    for (let pages = 0; pages <= want.length; pages += 1) {
      const p = await page({ ...variables,
        ...(backward ? { last: size, before: cursor } : { first: size, after: cursor }) });
      const rows = p.edges.map((e) => e.node.n);
      assert.deepEqual(p.nodes.map((x) => x.n), rows);
      assert.equal(p.totalCount, want.length);
      assert.equal(p.pageInfo.startCursor, p.edges[0]?.cursor ?? null);
      assert.equal(p.pageInfo.endCursor, p.edges.at(-1)?.cursor ?? null);
      if (backward) seen.unshift(...rows); else seen.push(...rows);
      const left = seen.length < want.length;
      assert.equal(backward ? p.pageInfo.hasPreviousPage : p.pageInfo.hasNextPage, left);
      assert.equal(backward ? p.pageInfo.hasNextPage : p.pageInfo.hasPreviousPage,
        cursor !== null);
      if (!left) break;
      cursor = backward ? p.pageInfo.startCursor : p.pageInfo.endCursor;
    }
    assert.deepEqual(seen, want);
  }

  const ORDERS = [
    [[], 'i.id', 'no order: the unique key that may be shown'],
    [[{ at: 'ASC' }], 'at', 'a moment with microseconds'],
    [[{ at: 'DESC' }], 'at desc', 'descending, the key ascending'],
    [[{ label: 'ASC' }], 'label', 'nulls last'],
    [[{ label: 'DESC' }], 'label desc', 'nulls first'],
    [[{ label: 'ASC_NULLS_FIRST' }, { size: 'DESC_NULLS_LAST' }],
      'label nulls first, size desc nulls last', 'two with nulls'],
    [[{ label: 'DESC_NULLS_LAST' }, { size: 'ASC_NULLS_FIRST' }, { at: 'DESC' }],
      'label desc nulls last, size nulls first, at desc', 'three'],
    [[{ rank: 'ASC' }], "(data->>'rank')::int", 'a key of the document, as a number'],
    [[{ rank: 'DESC_NULLS_LAST' }], "(data->>'rank')::int desc nulls last", 'the same, descending'],
    [[{ shelf: { name: 'DESC' } }, { size: 'ASC' }], 's.name desc, size', 'a related row'],
  ];
  for (const [orderBy, order, what] of ORDERS) {
    for (const size of [1, 7, 50]) {
      it(`walks in order of ${what}, ${size} a page`, async () => {
        const want = await ns(order);
        await walk({ orderBy }, size, false, want);
        await walk({ orderBy }, size, true, want);
      });
    }
  }

  it('walks a filtered list', async () => {
    const where = { size: { gt: 3 }, shelf: { name: { neq: 'shelf 1' } } };
    const want = await ns('label', "size > 3 and s.name <> 'shelf 1'");
    await walk({ where, orderBy: [{ label: 'ASC' }] }, 3, false, want);
    await walk({ where, orderBy: [{ label: 'ASC' }] }, 3, true, want);
  });

  it('a page between two cursors', async () => {
    const all = await page({ first: 50 });
    const [a, b] = [all.edges[4], all.edges[9]];
    const forward = await page({ first: 3, after: a.cursor, before: b.cursor });
    assert.deepEqual(forward.nodes, all.nodes.slice(5, 8));
    assert.equal(forward.pageInfo.hasNextPage, true);
    assert.equal(forward.pageInfo.hasPreviousPage, true);
    const whole = await page({ last: 30, after: a.cursor, before: b.cursor });
    assert.deepEqual(whole.nodes, all.nodes.slice(5, 9));
    assert.equal(whole.pageInfo.hasNextPage, true);
    assert.equal(whole.pageInfo.hasPreviousPage, true);
    const crossed = await page({ first: 3, after: b.cursor, before: a.cursor });
    assert.deepEqual(crossed.edges, []);
    assert.equal(crossed.totalCount, 60);
  });

  it('first: 0 has no edges and knows whether there are rows', async () => {
    const none = await page({ first: 0 });
    assert.deepEqual(none.edges, []);
    assert.deepEqual(none.pageInfo,
      { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null });
    const empty = await page({ first: 0, where: { OR: [] } });
    assert.equal(empty.pageInfo.hasNextPage, false);
    assert.equal(empty.totalCount, 0);
  });

  it('limits are those of the list', async () => {
    assert.equal((await page({})).edges.length, 5);
    await refused({ first: 51 }, /^Argument "first" must be at most 50\.$/);
    await refused({ last: 51 }, /^Argument "last" must be at most 50\.$/);
    await refused({ first: -1 }, /^Argument "first" must not be negative\.$/);
    await refused({ first: 1, last: 1 }, /"first" and "last" can't be given together/);
  });

  it('refuses what is no cursor of this list in this order', async () => {
    const { cursor } = (await page({ first: 1, orderBy: [{ at: 'ASC' }] })).edges[0];
    const foreign = (await server.data('{ shelvesConnection { pageInfo { endCursor } } }'))
      .shelvesConnection.pageInfo.endCursor;
    await refused({ after: 'garbage!' }, /^Argument "after" is not a cursor that this server gave\.$/);
    await refused({ after: cursor }, /^Argument "after" is a cursor of another list or another order\.$/);
    await refused({ before: foreign }, /^Argument "before" is a cursor of another list or another order/);
    await refused({ after: cursor, orderBy: [{ at: 'DESC' }] }, /another order/);
    const changed = `${cursor.slice(0, -2)}${cursor.at(-2) === 'A' ? 'B' : 'A'}${cursor.at(-1)}`;
    await refused({ after: changed, orderBy: [{ at: 'ASC' }] }, /a cursor that was changed/);
    // Also when nothing of the page was asked for.
    const { body } = await server.post({ query: '{ itemsConnection(after: "x") { totalCount } }' });
    assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
  });

  it('a secret makes cursors that others can not', async () => {
    const { cursor } = (await page({ first: 1 })).edges[0];
    const other = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'),
      '--database', pg.url, '--cursors-secret', 'correct horse']);
    try {
      const { body } = await other.post({ query: QUERY, variables: { after: cursor } });
      assert.match(body.errors[0].message, /another server/);
      const own = (await other.data(QUERY, { first: 1 })).itemsConnection.edges[0].cursor;
      await refused({ after: own }, /another server/);
      const next = (await other.data(QUERY, { first: 1, after: own })).itemsConnection;
      assert.equal(next.edges.length, 1);
    } finally {
      await other.stop();
    }
  });

  it('rows that come and go do not shift the next page', async () => {
    const orderBy = [{ at: 'ASC' }];
    const first = await page({ orderBy, first: 20 });
    const second = await page({ orderBy, first: 20, after: first.pageInfo.endCursor });
    const gone = first.edges.at(-1).node;
    await pg.sql(`
      insert into tb_item (id, at, data) values (md5('new')::uuid, '2025-12-31', '{"n": 999}');
      delete from tb_item where id = '${gone.id}'`);
    try {
      const again = await page({ orderBy, first: 20, after: first.pageInfo.endCursor });
      assert.deepEqual(again.nodes, second.nodes);
    } finally {
      await pg.sql(`
        delete from tb_item where id = md5('new')::uuid;
        insert into tb_item (id, at, data) values ('${gone.id}', '${gone.at}', '{"n": ${gone.n}}')`);
    }
  });

  it('of related rows: each parent has its own page', async () => {
    const { shelves } = await server.data(`{ shelves(orderBy: [{name: ASC}]) {
      name items(orderBy: [{at: DESC}]) { n }
      two: itemsConnection(first: 2, orderBy: [{at: DESC}]) { totalCount nodes { n shelf { name } }
        pageInfo { hasNextPage hasPreviousPage endCursor } }
      end: itemsConnection(last: 2, orderBy: [{at: DESC}]) { edges { node { n } }
        pageInfo { hasNextPage hasPreviousPage } }
      only: itemsConnection { totalCount }
    } }`);
    assert.equal(shelves.length, 4);
    for (const s of shelves) {
      const all = s.items.map((i) => i.n);
      // The list ends with the primary key, the page with the unique key that may be shown.
      const rows = (await ns('at desc', `s.name = '${s.name}'`));
      assert.deepEqual([...all].sort(), [...rows].sort());
      assert.deepEqual(s.two.nodes.map((x) => x.n), rows.slice(0, 2));
      assert.ok(s.two.nodes.every((x) => x.shelf.name === s.name));
      assert.deepEqual(s.end.edges.map((e) => e.node.n), rows.slice(-2));
      assert.equal(s.two.totalCount, rows.length);
      assert.equal(s.only.totalCount, rows.length);
      assert.equal(s.two.pageInfo.hasNextPage, rows.length > 2);
      assert.equal(s.two.pageInfo.hasPreviousPage, false);
      assert.equal(s.end.pageInfo.hasPreviousPage, rows.length > 2);
      assert.equal(s.end.pageInfo.hasNextPage, false);
    }
    const full = shelves.find((s) => s.two.pageInfo.hasNextPage);
    const next = await server.data(`query ($after: String) {
      shelves(where: {name: {eq: "${full.name}"}}) { itemsConnection(first: 100, after: $after, orderBy: [{at: DESC}]) {
        nodes { n } pageInfo { hasPreviousPage } } } }`,
    { after: full.two.pageInfo.endCursor });
    assert.deepEqual(next.shelves[0].itemsConnection.nodes.map((x) => x.n),
      (await ns('at desc', `s.name = '${full.name}'`)).slice(2));
    assert.equal(next.shelves[0].itemsConnection.pageInfo.hasPreviousPage, true);
  });

  it('internal keys stay hidden', async () => {
    const { edges } = await page({ first: 50, orderBy: [{ label: 'ASC' }] });
    for (const { cursor, node } of edges) {
      const keys = Buffer.from(cursor, 'base64url').toString('latin1').slice(13);
      assert.ok(keys.endsWith(node.id), 'the last key is the id');
    }
  });

  it('is one statement, which counts only when asked to', async () => {
    const plain = await pg.executed(() =>
      server.data('{ itemsConnection(first: 3) { nodes { n } pageInfo { endCursor } } }'));
    assert.equal(plain.length, 1, plain.join('\n'));
    assert.doesNotMatch(plain[0], /count\(|exists/);
    assert.match(plain[0], /limit \$1::int8$/);
    const counted = await pg.executed(() =>
      server.data('{ itemsConnection(first: 3) { totalCount pageInfo { hasNextPage } } }'));
    assert.equal(counted.length, 1, counted.join('\n'));
    assert.match(counted[0], /count\(\*\)/);
    assert.match(counted[0], /limit \$\d::int8 \+ 1/);
  });

  it('reads a page in the middle of 100,000 rows by the index', async () => {
    const query = `query ($after: String) { bigs(first: 10, orderBy: [{at: ASC}], after: $after) {
      nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`;
    const middle = await server.data(`{ bigs(first: 1, orderBy: [{at: ASC}],
      where: {id: {gte: 50000}}) { pageInfo { endCursor } } }`);
    const after = middle.bigs.pageInfo.endCursor;
    const [sql] = await pg.executed(() => server.data(query, { after }));
    const values = sql.match(/\$\d+::\w+/g).map((p) => (p.endsWith('int8') ? 10 : 16666));
    const { stdout } = await run('psql', ['-XAtq', pg.url,
      '-c', 'set plan_cache_mode = force_generic_plan', '-c', `prepare page as ${sql}`,
      '-c', `explain (analyze, costs off, timing off, summary off) execute page (${values})`]);
    assert.doesNotMatch(stdout, /Seq Scan/, stdout);
    assert.doesNotMatch(stdout, /rows=\d{3,}/, stdout);
  });
});

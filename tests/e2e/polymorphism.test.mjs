// Interfaces and unions over several relations: lists, single rows and relations; filters, orders and limits on what an
// interface declares; fragments on members. Lists are compared with a plain evaluation over all rows in this file.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server, inherited, program } from './lib/server.mjs';

const run = promisify(execFile);

const SQL = `
create table shelf (id int primary key, name text not null);
create table book (id int primary key, title text not null, year int, pages int not null,
  shelf_id int references shelf);
create table film (id int primary key, title varchar(50) not null, released smallint, minutes int,
  shelf_id int references shelf);
create table v_disc_base (id int primary key, data jsonb not null);
create view v_disc as select id, data from v_disc_base;
create table author (id int primary key, book_id int not null references book, name text not null);
create table note (code text primary key, body text not null);
insert into shelf values (1, 'oak'), (2, 'steel'), (3, 'empty');
insert into book select i * 3, 'B' || lpad((i * 7 % 20)::text, 2, '0'), nullif(1990 + i % 9, 1995), i * 10, 1 + i % 2
  from generate_series(1, 20) i;
insert into film select i * 3 + 1, 'F' || lpad((i * 11 % 20)::text, 2, '0'), 1990 + i % 7, i, 1 + (i + 1) % 2
  from generate_series(1, 20) i;
insert into v_disc_base select i * 3 + 2, jsonb_build_object('title', 'D' || lpad((i * 3 % 20)::text, 2, '0'),
  'year', 1988 + i % 5, 'shelf_id', 1, 'tracks', i) from generate_series(1, 10) i;
insert into author select i, 3 * (1 + i % 20), 'author ' || i from generate_series(1, 40) i;
insert into note values ('a', 'first'), ('b', 'second');
`;

const SDL = `
interface Medium { id: Int! title: String! year: Int shelf: Shelf }
type Book implements Medium @source(relation: "book") {
  id: Int! title: String! year: Int pages: Int!
  shelf: Shelf @relation(fields: ["shelf_id"], references: ["id"])
  authors: [Author!]! @relation(fields: ["id"], references: ["book_id"])
}
type Film implements Medium @source(relation: "film") {
  id: Int! title: String! year: Int @column(name: "released") minutes: Int
  shelf: Shelf @relation(fields: ["shelf_id"], references: ["id"])
}
type Disc implements Medium @source(relation: "v_disc") {
  id: Int! title: String! year: Int tracks: Int
  shelf: Shelf @relation(fields: ["shelf_id"], references: ["id"])
}
type Author @source(relation: "author") { id: Int! name: String! }
type Note @source(relation: "note") { code: String! body: String! }
union Stored = Book | Film
union Anything = Note | Book
type Shelf @source(relation: "shelf") {
  id: Int!
  name: String!
  contents: [Medium!]! @relation(fields: ["id"], references: ["shelf_id"])
    @list(defaultLimit: 5, defaultOrder: "title DESC")
  stored: [Stored!]! @relation(fields: ["id"], references: ["shelf_id"])
}
type Query {
  media: [Medium!]!
  medium(id: Int!): Medium
  titled(title: String!): [Medium!]!
  maybeTitled(title: String!): [Medium!]
  stored: [Stored!]!
  anything: [Anything!]!
  shelves: [Shelf!]!
}
`;

describe('interfaces and unions over several relations', () => {
  let pg;
  let server;
  let dir;
  let all;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-poly-'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    pg = await Postgres.start({ log_statement: 'all' });
    await pg.sql(SQL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url,
      '--allow-bypass-rls', '--errors-debug', '--no-log-access']);
    all = JSON.parse(await pg.sql(`select json_agg(x) from (
      select 'Book' as type, id, title, year, shelf_id as shelf from book
      union all select 'Film', id, title, released, shelf_id from film
      union all select 'Disc', id, data->>'title', (data->>'year')::int, (data->>'shelf_id')::int
      from v_disc_base) x`));
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const name = ({ type, id }) => `${type} ${id}`;
  const named = (list) => list.map((x) => `${x.__typename} ${x.id}`);
  const byId = (a, b) => a.id - b.id;

  it('lists all members in the order of their keys', async () => {
    const { media } = await server.data('{ media { __typename id } }');
    assert.deepEqual(named(media), [...all].sort(byId).map(name));
    assert.equal(media.length, 50);
  });

  it('pages with limit and offset', async () => {
    const query = `query ($limit: Int, $offset: Int) {
      media(limit: $limit, offset: $offset) { __typename id } }`;
    for (const [limit, offset] of [[7, 0], [7, 7], [10, 43], [3, 60], [50, 1]]) {
      const { media } = await server.data(query, { limit, offset });
      assert.deepEqual(named(media), [...all].sort(byId).slice(offset, offset + limit).map(name), `${limit} ${offset}`);
    }
  });

  it('filters on what the interface declares', async () => {
    const query = 'query ($w: MediumWhereInput) { media(where: $w) { __typename id } }';
    const CASES = [
      [{ year: { gte: 1993 } }, (x) => x.year >= 1993 && x.year !== null],
      [{ title: { startsWith: 'F0' } }, (x) => x.title.startsWith('F0')],
      [{ OR: [{ title: { eq: 'D03' } }, { year: { isNull: true } }] }, (x) => x.title === 'D03' || x.year === null],
      [{ NOT: { year: { lt: 1994 } } }, (x) => x.year !== null && x.year >= 1994],
      [{ shelf: { name: { eq: 'oak' } }, id: { lt: 20 } }, (x) => x.shelf === 1 && x.id < 20],
    ];
    for (const [w, keep] of CASES) {
      const { media } = await server.data(query, { w });
      assert.deepEqual(named(media), all.filter(keep).sort(byId).map(name), JSON.stringify(w));
    }
  });

  it('orders by what the interface declares, nulls where they belong', async () => {
    const compare = (key, descending, nullsFirst) => (a, b) => {
      if (a[key] === b[key]) return 0;
      if (a[key] === null || b[key] === null) return (a[key] === null) === nullsFirst ? -1 : 1;
      return (a[key] < b[key] ? -1 : 1) * (descending ? -1 : 1);
    };
    const query = 'query ($o: [MediumOrderByInput!]) { media(orderBy: $o, limit: 30) { __typename id } }';
    const CASES = [
      [[{ title: 'ASC' }], [compare('title', false, false)]],
      [[{ year: 'DESC' }, { title: 'DESC' }], [compare('year', true, true), compare('title', true, true)]],
      [[{ year: 'ASC_NULLS_FIRST' }], [compare('year', false, true)]],
      [[{ year: 'DESC_NULLS_LAST' }, { id: 'DESC' }], [compare('year', true, false), compare('id', true, true)]],
    ];
    for (const [o, orders] of CASES) {
      const sorted = [...all].sort((a, b) => orders.reduce((found, order) => found || order(a, b), 0) || byId(a, b));
      const { media } = await server.data(query, { o });
      assert.deepEqual(named(media), sorted.slice(0, 30).map(name), JSON.stringify(o));
    }
  });

  it('selects by member, with relations and aliases', async () => {
    const { media } = await server.data(`{ media(limit: 3) {
      kind: __typename title
      ... on Book { pages authors(orderBy: [{id: ASC}]) { name } }
      ... on Film { minutes at: shelf { name } }
      ... on Disc { tracks shelf { name } }
    } }`);
    assert.deepEqual(media, [
      { kind: 'Book', title: 'B07', pages: 10, authors: [{ name: 'author 20' }, { name: 'author 40' }] },
      { kind: 'Film', title: 'F11', minutes: 1, at: { name: 'oak' } },
      { kind: 'Disc', title: 'D03', tracks: 1, shelf: { name: 'oak' } },
    ]);
  });

  it('reads one by an argument', async () => {
    const query = 'query ($id: Int!) { medium(id: $id) { __typename title ... on Film { minutes } } }';
    assert.deepEqual(await server.data(query, { id: 4 }), { medium: { __typename: 'Film', title: 'F11', minutes: 1 } });
    assert.deepEqual(await server.data(query, { id: 5 }), { medium: { __typename: 'Disc', title: 'D03' } });
    assert.deepEqual(await server.data(query, { id: 1 }), { medium: null });
    assert.deepEqual(await server.data('{ titled(title: "B07") { id } }'), { titled: [{ id: 3 }] });
  });

  it('lists unions: only what their members select', async () => {
    const query = '{ stored(limit: 4) { __typename ... on Book { id pages } ... on Film { minutes } } }';
    const { stored } = await server.data(query);
    assert.deepEqual(stored, [{ __typename: 'Book', id: 3, pages: 10 }, { __typename: 'Film', minutes: 1 },
      { __typename: 'Book', id: 6, pages: 20 }, { __typename: 'Film', minutes: 2 }]);
    const { body } = await server.post({ query: '{ stored(where: {}) { __typename } }' });
    assert.match(body.errors[0].message, /Unknown argument "where" on field "Query.stored"/);
  });

  it('lists members with keys of different types one after the other', async () => {
    const { anything } = await server.data('{ anything(limit: 4) { ... on Note { code body } ... on Book { id } } }');
    assert.deepEqual(anything, [{ code: 'a', body: 'first' }, { code: 'b', body: 'second' }, { id: 3 }, { id: 6 }]);
  });

  it('follows relations to them, each parent with its own limit', async () => {
    const { shelves } = await server.data(`{ shelves {
      name
      contents { __typename id }
      some: contents(limit: 2, where: {year: {eq: 1992}}) { __typename id }
      stored(limit: 1) { __typename }
    } }`);
    assert.deepEqual(shelves.map((s) => s.name), ['oak', 'steel', 'empty']);
    shelves.forEach((shelf, i) => {
      const own = all.filter((x) => x.shelf === i + 1);
      const sorted = [...own].sort((a, b) => (a.title < b.title ? 1 : a.title > b.title ? -1 : byId(a, b)));
      assert.deepEqual(named(shelf.contents), sorted.slice(0, 5).map(name));
      assert.deepEqual(named(shelf.some),
        sorted.filter((x) => x.year === 1992).slice(0, 2).map(name));
    });
    assert.deepEqual(shelves[2], { name: 'empty', contents: [], some: [], stored: [] });
  });

  it('null through a variable with a default is an error of the field alone', async () => {
    const query = 'query ($t: String = "F01") { shelves { id } one: maybeTitled(title: $t) { id } }';
    const { body } = await server.post({ query, variables: { t: null } });
    assert.deepEqual(body.data, { shelves: [{ id: 1 }, { id: 2 }, { id: 3 }], one: null });
    assert.deepEqual(body.errors.map((e) => [e.path, e.extensions.code]), [[['one'], 'BAD_USER_INPUT']]);
    assert.equal((await server.data(query)).one.length, 1);
  });

  it('is one statement, and looks details up by key', async () => {
    const from = pg.log.length;
    await server.data('{ media(limit: 2) { id ... on Book { authors { name } } } shelves { stored { __typename } } }');
    const statements = pg.log.slice(from).split('\n').filter((line) => /execute [^:]*: select/.test(line));
    assert.equal(statements.length, 2, statements.join('\n'));
  });

  it('says what can not be', async () => {
    const refused = async (sdl, pattern) => {
      const file = join(dir, 'refused.graphql');
      await writeFile(file, sdl);
      const words = ['check', '--schema', file, '--database', pg.url];
      await assert.rejects(run(program, words, { env: inherited }), (e) => pattern.test(e.stderr));
    };
    await refused(`type A @source(relation: "book") { id: Int! } type B @source(relation: "book") { id: Int! }
      type C @source(relation: "film") { id: Int! } union U = A | B | C type Query { us: [U!]! }`,
    /Query\.us: "A" and "B" are rows of the same relation "book", other members of "U" are not\./);
    await refused(`interface I { id: Int! } type A implements I @source(relation: "book") { id: Int! }
      type B implements I { id: Int! } type Query { is: [I!]! }`,
    /Query\.is: nothing tells where its value comes from\.[^]*Give each type of "I" a @source/);
  });
});

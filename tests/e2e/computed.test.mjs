// Computed fields: functions of a row, with and without further arguments, as leaves, lists, documents and rows;
// generated columns beside them. Expected values are written out from the rows below.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const SQL = `
create table author (id int primary key, first text not null, last text,
  full_upper text generated always as (upper(first)) stored);
create table book (id int primary key, author_id int not null references author, title text not null,
  price numeric not null);
insert into author values (1, 'Ada', 'Byron'), (2, 'Bob', null), (3, 'Cleo', 'Zane');
insert into book values (1, 1, 'A', 10.50), (2, 1, 'B', 2.25), (3, 3, 'C', 7), (4, 3, 'D', 1);
create view v_book as select b.id, b.author_id, b.title,
  jsonb_build_object('id', b.id, 'title', b.title,
    'author', jsonb_build_object('id', a.id, 'first', a.first, 'last', a.last)) as data
  from book b join author a on a.id = b.author_id;
create function author_name(a author) returns text stable language sql as
  $$ select a.first || coalesce(' ' || a.last, '') $$;
create function author_initials(a author) returns text[] stable language sql as
  $$ select array_remove(array[left(a.first, 1), left(a.last, 1)], null) $$;
create function author_greeting(a author, word text, times int default 1) returns text stable language sql as
  $$ select repeat(word || ' ' || a.first, times) $$;
create function author_books(a author, dearer numeric default 0) returns setof book stable language sql as
  $$ select b.* from book b where b.author_id = a.id and b.price > dearer $$;
create function author_dearest(a author) returns book stable language sql as
  $$ select b from book b where b.author_id = a.id order by price desc limit 1 $$;
create function author_card(a author) returns jsonb stable language sql as
  $$ select jsonb_build_object('label', a.first, 'size', length(a.first)) $$;
create function book_count(author_id int) returns bigint stable language sql as
  $$ select count(*) from book b where b.author_id = book_count.author_id $$;
create function tenant_note(a author, tenant text) returns text stable language sql as
  $$ select a.first || ' of ' || coalesce(tenant, 'nobody') $$;
`;

const SDL = `
type Author @source(relation: "author") {
  id: Int!
  first: String!
  last: String
  fullUpper: String
  name: String @function(name: "author_name")
  initials: [String!]! @function(name: "author_initials")
  greeting(word: String!, times: Int): String @function(name: "author_greeting")
  books(dearer: Decimal): [Book!]! @function(name: "author_books")
  dearest: Book @function(name: "author_dearest")
  card: Card @function(name: "author_card")
  bookCount: BigInt! @function(name: "book_count", fields: ["id"])
  note: String @function(name: "tenant_note", context: ["tenant_id"])
}
type Card { label: String! size: Int! }
type Book @source(relation: "book") {
  id: Int!
  title: String!
  price: Decimal!
  author: Author! @relation(fields: ["author_id"], references: ["id"])
}
type Entry @source(relation: "v_book") { id: Int! title: String! author: Author! }
type Query {
  author(id: Int!): Author
  authors: [Author!]!
  books: [Book!]!
  entries: [Entry!]!
}
`;

describe('computed fields', () => {
  let pg;
  let server;
  let dir;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-computed-'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    pg = await Postgres.start();
    await pg.sql(SQL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url,
      '--allow-bypass-rls', '--errors-debug', '--no-log-access']);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const CASES = [
    ['a leaf of the row', '{ authors { name fullUpper } }', {
      authors: [{ name: 'Ada Byron', fullUpper: 'ADA' }, { name: 'Bob', fullUpper: 'BOB' },
        { name: 'Cleo Zane', fullUpper: 'CLEO' }],
    }],
    ['of columns of the row', '{ authors { bookCount } }',
      { authors: [{ bookCount: '2' }, { bookCount: '0' }, { bookCount: '2' }] }],
    ['a list of leaves', '{ authors { initials } }',
      { authors: [{ initials: ['A', 'B'] }, { initials: ['B'] }, { initials: ['C', 'Z'] }] }],
    ['arguments, defaults and aliases',
      '{ author(id: 1) { a: greeting(word: "Hi") b: greeting(word: "Yo", times: 2) } }',
      { author: { a: 'Hi Ada', b: 'Yo AdaYo Ada' } }],
    ['rows, with their own relations', '{ authors { books { title author { name } } } }', {
      authors: [
        { books: [{ title: 'A', author: { name: 'Ada Byron' } }, { title: 'B', author: { name: 'Ada Byron' } }] },
        { books: [] },
        { books: [{ title: 'C', author: { name: 'Cleo Zane' } }, { title: 'D', author: { name: 'Cleo Zane' } }] },
      ],
    }],
    ['rows, by an argument', '{ author(id: 1) { books(dearer: "2.25") { title } } }',
      { author: { books: [{ title: 'A' }] } }],
    ['one row or none', '{ authors { dearest { title price } } }',
      {
        authors: [{ dearest: { title: 'A', price: '10.50' } }, { dearest: null },
          { dearest: { title: 'C', price: '7' } }],
      }],
    ['a document', '{ author(id: 3) { card { __typename size label } } }',
      { author: { card: { __typename: 'Card', size: 4, label: 'Cleo' } } }],
    ['a value of the session', '{ author(id: 1) { note } }', { author: { note: 'Ada of nobody' } }],
    ['filtered by', '{ authors(where: {name: {startsWith: "C"}}) { id } }', { authors: [{ id: 3 }] }],
    ['filtered by, in SQL\'s logic',
      '{ authors(where: {bookCount: {gt: "1"}, NOT: {name: {eq: "Ada Byron"}}}) { id } }',
      { authors: [{ id: 3 }] }],
    ['ordered by', '{ authors(orderBy: [{bookCount: ASC}, {name: DESC}]) { id } }',
      { authors: [{ id: 2 }, { id: 3 }, { id: 1 }] }],
    ['filtered by, across a relation', '{ books(where: {author: {name: {eq: "Cleo Zane"}}}) { id } }',
      { books: [{ id: 3 }, { id: 4 }] }],
    ['below a document that holds the key', '{ entries { author { first name bookCount books { title } } } }', {
      entries: [
        { author: { first: 'Ada', name: 'Ada Byron', bookCount: '2', books: [{ title: 'A' }, { title: 'B' }] } },
        { author: { first: 'Ada', name: 'Ada Byron', bookCount: '2', books: [{ title: 'A' }, { title: 'B' }] } },
        { author: { first: 'Cleo', name: 'Cleo Zane', bookCount: '2', books: [{ title: 'C' }, { title: 'D' }] } },
        { author: { first: 'Cleo', name: 'Cleo Zane', bookCount: '2', books: [{ title: 'C' }, { title: 'D' }] } },
      ],
    }],
  ];
  for (const [name, query, expected] of CASES) {
    it(name, async () => assert.deepEqual(await server.data(query), expected));
  }

  it('takes variables', async () => {
    const query = 'query ($word: String!, $times: Int) { author(id: 2) { greeting(word: $word, times: $times) } }';
    assert.deepEqual(await server.data(query, { word: 'O', times: 3 }), { author: { greeting: 'O BobO BobO Bob' } });
    assert.deepEqual(await server.data(query, { word: 'O' }), { author: { greeting: 'O Bob' } });
  });
});

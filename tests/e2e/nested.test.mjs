// Nested writes: rows of several tables, created and connected by one field, in one transaction and one statement a
// table. What the tables hold afterwards is asked by SQL of its own.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table tb_author (pk_author int primary key generated always as identity,
  id uuid not null unique default gen_random_uuid(), name text not null unique, bio text default 'none');
create table tb_shelf (pk_shelf int primary key generated always as identity, id uuid not null unique default
gen_random_uuid(),
  label text not null);
create table tb_book (pk_book int primary key generated always as identity, id uuid not null unique default
gen_random_uuid(),
  title text not null, pages int default 100, fk_author int not null references tb_author, fk_shelf int references
  tb_shelf);
create table chapter (id int primary key generated always as identity, book_id uuid not null references tb_book (id),
  heading text not null);
create table genre (code text primary key, label text not null);
create table tale (id int primary key generated always as identity, name text not null,
  genre_code text default 'any' references genre, version int not null default 1);
create table country (code text primary key, name text not null);
create table city (id int primary key, name text not null, country_code text not null references country);
create view v_author as select a.id, jsonb_build_object('name', a.name, 'bio', a.bio) as data from tb_author a;
create view v_book as select b.id, a.id as author_id, s.id as shelf_id, jsonb_build_object('title', b.title, 'pages',
b.pages) as data
  from tb_book b join tb_author a on a.pk_author = b.fk_author left join tb_shelf s on s.pk_shelf = b.fk_shelf;
`;
const A = '00000000-0000-4000-8000-00000000000a';
const B1 = '00000000-0000-4000-8000-0000000000b1';
const NONE = '00000000-0000-4000-8000-00000000000f';
const SEED = `
truncate tb_author, tb_shelf, tb_book, chapter, country, city, genre, tale restart identity cascade;
insert into tb_author (id, name) values ('${A}', 'Ada'), (default, 'Bob');
insert into tb_book (id, title, fk_author) values ('${B1}', 'Old', 2);
insert into country values ('CH', 'Schweiz');
insert into genre values ('any', 'Any'), ('sad', 'Sad');
insert into tale (name) values ('Wolf'), ('Fox');
`;
const SDL = `
type Author @source(relation: "v_author") { id: UUID! name: String! bio: String
  books: [Book!]! @relation(fields: ["id"], references: ["author_id"]) @list(defaultOrder: "title") }
type Book @source(relation: "v_book") { id: UUID! title: String! pages: Int
  author: Author! @relation(fields: ["author_id"], references: ["id"])
  shelf: Shelf @relation(fields: ["shelf_id"], references: ["id"])
  chapters: [Chapter!]! @relation(fields: ["id"], references: ["book_id"]) @list(defaultOrder: "id") }
type Shelf @source(relation: "tb_shelf") { id: UUID! label: String! }
type Chapter @source(relation: "chapter") { id: Int! heading: String! }
type City @source(relation: "city") { id: Int! name: String! country: Country! @relation(fields: ["country_code"],
references: ["code"]) }
type Country @source(relation: "country") { code: String! name: String! }

input NewBook { title: String! pages: Int author: BookAuthor! shelf: BookShelf chapters: BookChapters }
input BookAuthor @oneOf { connect: AuthorKey create: NewAuthor }
input AuthorKey { id: UUID! }
input BookShelf @oneOf { create: NewShelf }
input NewShelf { label: String! }
input BookChapters { create: [NewChapter!] }
input NewChapter { heading: String! }
input NewAuthor { name: String! bio: String }
input AuthorWithBooks { name: String! bio: String books: AuthorBooks }
input AuthorBooks { create: [BookOfAuthor!] connect: [BookKey!] }
input BookKey { id: UUID! }
input BookOfAuthor { title: String! pages: Int chapters: BookChapters shelf: BookShelf }
type Tale @source(relation: "tale") @version(field: "version") { id: Int! name: String! version: Int!
  genre: Genre @relation(fields: ["genre_code"], references: ["code"]) }
type Genre @source(relation: "genre") { code: String! label: String! }
input NewTale { name: String! genre: TaleGenre }
input ChangeTale @version(field: "version") { id: Int! name: String genre: TaleGenre version: Int }
input TaleGenre @oneOf { connect: GenreKey create: NewGenre }
input GenreKey { code: String! }
input NewGenre { code: String! label: String! }
union TaleResult = TaleDone | TaleError
type TaleDone { tale: Tale }
type TaleError { code: String! status: String conflictTale: Tale errors: [TaleProblem!] }
type TaleProblem { path: [String!]! }
input ChangeBook { title: String author: BookAuthor shelf: BookShelf chapters: ChangeChapters }
input ChangeBookKeyed { id: UUID! title: String author: BookAuthor shelf: BookShelf chapters: ChangeChapters }
input ChangeChapters { create: [NewChapter!] connect: [ChapterKey!] }
input ChapterKey { id: Int! }
input NewCity { id: Int! name: String! country: CityCountry! }
input CityCountry { connect: CountryKey! }
input CountryKey { code: String! }

union BookResult = BookDone | BookError
type BookDone { book: Book! }
type BookError { code: String! status: String message: String! }
type Query { books: [Book!]! authors: [Author!]! cities: [City!]! }
type Mutation {
  addBook(input: NewBook!): Book @write(table: "tb_book", action: INSERT)
  addBookTyped(input: NewBook!): BookResult! @write(table: "tb_book", action: INSERT)
  addBooks(input: [NewBook!]!): [Book!] @write(table: "tb_book", action: INSERT)
  changeBook(id: UUID!, input: ChangeBook!): Book @write(table: "tb_book", action: UPDATE)
  changeBooks(input: [ChangeBookKeyed!]!): [Book!] @write(table: "tb_book", action: UPDATE)
  addTale(input: NewTale!): Tale @write(table: "tale", action: INSERT)
  changeTale(input: ChangeTale!): TaleResult @write(table: "tale", action: UPDATE)
  addAuthor(input: AuthorWithBooks!): Author @write(table: "tb_author", action: INSERT)
  addAuthors(input: [AuthorWithBooks!]!): [Author!] @write(table: "tb_author", action: INSERT)
  dropCity(id: Int!): City @write(table: "city", action: DELETE)
  dropCities(ids: [Int!]!): [City!] @write(table: "city", action: DELETE)
  addCity(input: NewCity!): City @write(table: "city", action: INSERT)
}
`;

const BOOKS = `select string_agg(concat_ws('/', b.title, b.pages, a.name, s.label,
  (select string_agg(heading, '+' order by c.id) from chapter c where c.book_id = b.id)), ' ' order by pk_book)
  from tb_book b join tb_author a on a.pk_author = b.fk_author left join tb_shelf s on s.pk_shelf = b.fk_shelf`;
const AUTHORS = "select string_agg(concat_ws('/', name, bio), ' ' order by pk_author) from tb_author";

describe('nested writes', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));
  beforeEach(() => f.pg.sql(SEED));
  const data = (query, variables) => f.server.data(query, variables);
  const codes = async (query) => (await f.server.post({ query })).body.errors?.map((e) => [e.extensions.code,
    ...e.path]);
  const books = () => f.pg.sql(BOOKS);
  const authors = () => f.pg.sql(AUTHORS);

  it('connects by a public key that is not the referenced one', async () => {
    assert.deepEqual(await data(`mutation { addBook(input: {title: "T", author: {connect: {id: "${A}"}}}) {
      title pages author { name books { title } } } }`),
    { addBook: { title: 'T', pages: 100, author: { name: 'Ada', books: [{ title: 'T' }] } } });
    assert.equal(await books(), 'Old/100/Bob T/100/Ada');
  });
  it('connects by the referenced key itself', async () => {
    assert.deepEqual(await data(`mutation { addCity(input: {id: 1, name: "Bern", country: {connect: {code: "CH"}}}) {
      country { name } } }`),
      { addCity: { country: { name: 'Schweiz' } } });
    assert.deepEqual(await codes(`mutation { addCity(input: {id: 2, name: "X", country: {connect: {code: "XX"}}}) {
      id } }`), [['BAD_USER_INPUT', 'addCity']]);
    assert.equal(await f.pg.sql('select count(*) from city'), '1');
  });
  it('what is deleted is shown with what it referred to', async () => {
    await f.pg.sql("insert into city values (1, 'Bern', 'CH'), (2, 'Chur', 'CH'), (3, 'Thun', 'CH')");
    assert.deepEqual(await data(`mutation { dropCity(id: 1) { name country { name } }
      dropCities(ids: [3, 2]) { name country { code } } }`), {
      dropCity: { name: 'Bern', country: { name: 'Schweiz' } },
      dropCities: [{ name: 'Thun', country: { code: 'CH' } }, { name: 'Chur', country: { code: 'CH' } }],
    });
    assert.equal(await f.pg.sql('select count(*) from city'), '0');
  });
  it('a row to connect that is not there leaves nothing behind', async () => {
    assert.deepEqual(await data(`mutation { addBookTyped(input: {title: "T", author: {connect: {id: "${NONE}"}},
    shelf: {create: {label: "S"}},
      chapters: {create: [{heading: "h"}]}}) { ... on BookError { code status message } } }`), {
      addBookTyped: { code: 'BAD_USER_INPUT', status: 'validation:connect',
      message: 'A row to connect does not exist.' },
    });
    assert.equal(await books(), 'Old/100/Bob');
    assert.equal(await f.pg.sql('select count(*) from tb_shelf'), '0');
  });
  it('creates what a row refers to, and what refers to it', async () => {
    assert.deepEqual(await data(`mutation { addBook(input: {title: "T", author: {create: {name: "Cleo"}}, shelf:
    {create: {label: "S"}},
      chapters: {create: [{heading: "one"}, {heading: "two"}]}}) {
      title author { name bio } shelf { label } chapters { heading } } }`), {
      addBook: {
        title: 'T', author: { name: 'Cleo', bio: 'none' }, shelf: { label: 'S' },
        chapters: [{ heading: 'one' }, { heading: 'two' }],
      },
    });
    assert.equal(await books(), 'Old/100/Bob T/100/Cleo/S/one+two');
  });
  it('a refused nested row undoes everything', async () => {
    assert.deepEqual(await codes(`mutation { addBook(input: {title: "T", author: {create: {name: "Ada"}}}) { id } }`),
      [['CONFLICT', 'addBook']]);
    assert.equal(await authors(), 'Ada/none Bob/none');
  });
  it('a batch mixes all forms', async () => {
    assert.deepEqual(await data(`mutation { addBooks(input: [
      {title: "1", author: {create: {name: "C", bio: null}}, pages: null},
      {title: "2", author: {connect: {id: "${A}"}}, chapters: {create: [{heading: "2a"}]}},
      {title: "3", author: {create: {name: "D", bio: "d"}}, shelf: {create: {label: "S"}}, chapters: {create: []},
      pages: 7},
      {title: "4", author: {connect: {id: "${A}"}}, chapters: {create: [{heading: "4a"}, {heading: "4b"}]}}]) {
      title pages author { name } chapters { heading } } }`), {
      addBooks: [
        { title: '1', pages: null, author: { name: 'C' }, chapters: [] },
        { title: '2', pages: 100, author: { name: 'Ada' }, chapters: [{ heading: '2a' }] },
        { title: '3', pages: 7, author: { name: 'D' }, chapters: [] },
        { title: '4', pages: 100, author: { name: 'Ada' }, chapters: [{ heading: '4a' }, { heading: '4b' }] },
      ],
    });
    assert.equal(await books(), 'Old/100/Bob 1/C 2/100/Ada/2a 3/7/D/S 4/100/Ada/4a+4b');
    assert.equal(await authors(), 'Ada/none Bob/none C D/d');
  });
  it('rows below rows below rows', async () => {
    assert.deepEqual(await data(`mutation { addAuthors(input: [{name: "X", books: {create: [
      {title: "x1", chapters: {create: [{heading: "a"}, {heading: "b"}]}}, {title: "x2", pages: 3, shelf: {create:
      {label: "L"}}}]}},
      {name: "Y"}, {name: "Z", books: {create: [{title: "z1", chapters: {create: [{heading: "c"}]}}], connect: [{id:
      "${B1}"}]}}]) {
      name books { title pages shelf { label } chapters { heading } } } }`), {
      addAuthors: [
        {
          name: 'X', books: [
            { title: 'x1', pages: 100, shelf: null, chapters: [{ heading: 'a' }, { heading: 'b' }] },
            { title: 'x2', pages: 3, shelf: { label: 'L' }, chapters: [] }],
        },
        { name: 'Y', books: [] },
        {
          name: 'Z', books: [{ title: 'Old', pages: 100, shelf: null, chapters: [] },
            { title: 'z1', pages: 100, shelf: null, chapters: [{ heading: 'c' }] }],
        },
      ],
    });
    assert.equal(await books(), 'Old/100/Z x1/100/X/a+b x2/3/X/L z1/100/Z/c');
  });
  it('connects rows that are there to the new one, all or none', async () => {
    assert.deepEqual(await codes(`mutation { addAuthor(input: {name: "X", books: {connect: [{id: "${B1}"}, {id:
    "${NONE}"}]}}) { name } }`),
      [['BAD_USER_INPUT', 'addAuthor']]);
    assert.equal(await books(), 'Old/100/Bob');
    assert.deepEqual(await data(`mutation { addAuthor(input: {name: "X", books: {connect: [{id: "${B1}"}]}}) { name
    books { title } } }`),
      { addAuthor: { name: 'X', books: [{ title: 'Old' }] } });
    assert.equal(await books(), 'Old/100/X');
  });
  describe('an update', () => {
    const ADA = `author: {connect: {id: "${A}"}}`;
    const change = (input, select = 'title') => `mutation { changeBook(id: "${B1}", input: {${input}}) { ${select} } }`;
    it('lets a row refer to another one', async () => {
      assert.deepEqual(await data(change(ADA, 'title author { name }')),
        { changeBook: { title: 'Old', author: { name: 'Ada' } } });
      assert.equal(await books(), 'Old/100/Ada');
      assert.deepEqual(await data(change('title: "New"', 'title author { name }')),
        { changeBook: { title: 'New', author: { name: 'Ada' } } });
      assert.deepEqual(await data(change(
        'title: "Newer", shelf: {create: {label: "s1"}}, author: {create: {name: "Cy"}}',
        'title shelf { label } author { name bio }')),
      { changeBook: { title: 'Newer', shelf: { label: 's1' }, author: { name: 'Cy', bio: 'none' } } });
      assert.deepEqual(await data(change('shelf: null', 'shelf { label } author { name }')),
        { changeBook: { shelf: null, author: { name: 'Cy' } } });
      assert.equal(await books(), 'Newer/100/Cy');
    });
    it('lets others refer to the row', async () => {
      assert.deepEqual(await data(change('chapters: {create: [{heading: "I"}, {heading: "II"}]}',
        'title chapters { heading }')),
      { changeBook: { title: 'Old', chapters: [{ heading: 'I' }, { heading: 'II' }] } });
      await data(`mutation { addBook(input: {title: "Other", ${ADA}, chapters: {create: [{heading: "III"}]}}) {
        title } }`);
      assert.deepEqual(await data(change('title: "Both", chapters: {create: [{heading: "IV"}], connect: [{id: 3}]}',
        'chapters { heading }')),
      { changeBook: { chapters: ['I', 'II', 'III', 'IV'].map((heading) => ({ heading })) } });
      assert.equal(await books(), 'Both/100/Bob/I+II+III+IV Other/100/Ada');
    });
    it('leaves nothing behind when the row, or one to connect, is not there', async () => {
      const query = (id, input) => `mutation { changeBook(id: "${id}", input: {${input}}) { title } }`;
      assert.deepEqual(await codes(query(NONE, 'title: "X", shelf: {create: {label: "lost"}}')),
        [['NOT_FOUND', 'changeBook']]);
      assert.deepEqual(await codes(query(NONE, 'chapters: {create: [{heading: "lost"}]}')),
        [['NOT_FOUND', 'changeBook']]);
      assert.deepEqual(await codes(query(B1, `title: "X", author: {connect: {id: "${NONE}"}}`)),
        [['BAD_USER_INPUT', 'changeBook']]);
      assert.deepEqual(await codes(query(B1, 'title: "X", chapters: {connect: [{id: 99}]}')),
        [['BAD_USER_INPUT', 'changeBook']]);
      assert.deepEqual(await codes(query(B1, 'author: null')), [['BAD_USER_INPUT', 'changeBook']]);
      assert.equal(await f.pg.sql('select (select count(*) from tb_shelf) + (select count(*) from chapter)'), '0');
      assert.equal(await books(), 'Old/100/Bob');
    });
    it('of many rows, each with its own', async () => {
      const { addBooks } = await data(
        `mutation { addBooks(input: [{title: "2", ${ADA}}, {title: "3", ${ADA}}]) { id } }`);
      const { changeBooks } = await data(
        'mutation ($i: [ChangeBookKeyed!]!) { changeBooks(input: $i) { title author { name } chapters { heading } } }',
        { i: [
          { id: addBooks[1].id, author: { create: { name: 'Dot' } }, chapters: { create: [{ heading: 'x' }] } },
          { id: B1, author: { connect: { id: A } }, title: 'One' },
          { id: addBooks[0].id, chapters: { create: [{ heading: 'y' }, { heading: 'z' }] } },
        ] });
      assert.deepEqual(changeBooks, [
        { title: '3', author: { name: 'Dot' }, chapters: [{ heading: 'x' }] },
        { title: 'One', author: { name: 'Ada' }, chapters: [] },
        { title: '2', author: { name: 'Ada' }, chapters: [{ heading: 'y' }, { heading: 'z' }] },
      ]);
      assert.equal(await books(), 'One/100/Ada 2/100/Ada/y+z 3/100/Dot/x');
    });
    it('compares versions, and knows the field of what is refused', async () => {
      const run = async (input) => (await data(`mutation { changeTale(input: ${input}) {
        ... on TaleDone { tale { name version genre { label } } }
        ... on TaleError { code status conflictTale { version } errors { path } } } }`)).changeTale;
      assert.deepEqual(await run('{id: 1, version: 1, genre: {connect: {code: "sad"}}}'),
        { tale: { name: 'Wolf', version: 2, genre: { label: 'Sad' } } });
      assert.deepEqual(await run('{id: 1, version: 1, genre: {connect: {code: "any"}}}'),
        { code: 'CONFLICT', status: 'conflict:version', conflictTale: { version: 2 }, errors: null });
      assert.deepEqual(await run('{id: 1, version: 1, name: "Bear"}'),
        { code: 'CONFLICT', status: 'conflict:version', conflictTale: { version: 2 }, errors: null });
      assert.deepEqual(await run('{id: 1, genre: {create: {code: "any", label: "Twice"}}}'), {
        code: 'CONFLICT', status: 'failed:exception', conflictTale: null,
        errors: [{ path: ['input', 'genre', 'create', 'code'] }],
      });
    });
  });
  it('a foreign key that is not given has its default, one that is null has not', async () => {
    const { a, b, c } = await data(`mutation { a: addTale(input: {name: "A"}) { genre { code } }
      b: addTale(input: {name: "B", genre: null}) { genre { code } }
      c: addTale(input: {name: "C", genre: {connect: {code: "sad"}}}) { genre { code } } }`);
    assert.deepEqual([a.genre, b.genre, c.genre], [{ code: 'any' }, null, { code: 'sad' }]);
  });
  it('by variables, many, each with its own', async () => {
    const input = Array.from({ length: 500 }, (_, i) => ({
      title: `t${i}`, author: i % 3 ? { create: { name: `n${i}` } } : { connect: { id: A } },
      chapters: { create: Array.from({ length: i % 4 }, (__, k) => ({ heading: `h${i}.${k}` })) },
    }));
    const { addBooks } = await data(
      'mutation($input: [NewBook!]!) { addBooks(input: $input) { title author { name } chapters { heading } } }',
      { input });
    assert.deepEqual(addBooks, input.map((b, i) => ({
      title: b.title, author: { name: i % 3 ? `n${i}` : 'Ada' }, chapters: b.chapters.create,
    })));
    assert.equal(await f.pg.sql('select count(*) from chapter'), String(125 * 6));
  });
});

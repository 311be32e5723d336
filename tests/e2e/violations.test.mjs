// What the database refuses: constraints as typed errors with the input's field, comments and RAISE as messages.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create domain short as text check (length(value) < 9);
comment on constraint short_check on domain short is 'Short words only.';
create table country (id int primary key, name text not null);
create table person (
  id int primary key,
  email text not null constraint person_email_key unique,
  nick text,
  age int check (age < 100) constraint adult check (age >= 18),
  fk_country int references country,
  word short,
  during int4range,
  constraint apart exclude using gist (during with &&)
);
create unique index person_nick_key on person (lower(nick));
comment on constraint adult on person is 'Only for adults.';
comment on index person_nick_key is 'This nickname is in use.';
insert into country values (1, 'Norway');
insert into person values (1, 'a@b.org', 'Mira', 30, 1, 'x', '[1,5)');
create function add_person(id int, email text default null, nick text default null, age int default 20,
  country_id int default null, word text default null, during int4range default null)
returns person language sql as
  'insert into person values (id, email, nick, age, country_id, word, during) returning *';
create function drop_country(id int) returns country language sql as
  'delete from country where country.id = $1 returning *';
create function fn_raise(kind text) returns fraiseql.mutation_result language plpgsql as $$
begin
  case kind
    when 'plain' then raise exception 'No, not %', kind using detail = 'Because.', hint = 'Try another.';
    when 'unique' then raise exception 'Taken: email' using errcode = 'unique_violation', column = 'email',
      constraint = 'my_rule', detail = 'd', hint = 'h';
    when 'check' then raise check_violation using message = 'Too young', column = 'age';
    when 'forbidden' then raise insufficient_privilege using message = 'Not yours';
    when 'own' then raise exception 'secret' using errcode = 'ZZ001';
  end case;
end $$;
`;

const SDL = `
type Person @source(relation: "person") { id: Int! email: String! }
type Country @source(relation: "country") { id: Int! name: String! }
input PersonInput { id: Int! email: String nick: String age: Int countryId: Int word: String during: IntRange }
type Added { person: Person }
type Refused { code: String! status: String message: String! errors: [Problem!]
  detail: String hint: String constraint: String }
type Problem { path: [String!]! code: String! message: String! }
union AddResult = Added | Refused
type Dropped { country: Country }
union DropResult = Dropped | Refused
input KindInput { kind: String! email: String age: Int }
type Query { people: [Person!]! }
type Mutation {
  add(input: PersonInput!): AddResult! @function(name: "add_person")
  addArgs(id: Int!, email: String, age: Int): Person @function(name: "add_person")
  drop(id: Int!): DropResult! @function(name: "drop_country")
  raise(kind: String!): AddResult @function(name: "fn_raise")
  raisePlain(kind: String!): Added @function(name: "fn_raise")
}
`;

describe('violations', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL, args: ['--no-errors-debug'] }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const post = async (query, variables) => (await f.server.post({ query, variables })).body;
  const MEMBER = '... on Refused { code status message errors { path code message } detail hint constraint }';

  async function refused(input, code, errors, message) {
    const { data } = await post(`mutation ($i: PersonInput!) { add(input: $i) { ${MEMBER} } }`, { i: input });
    assert.deepEqual(data.add, {
      code, status: 'failed:exception', message,
      errors: errors?.map(([path, kind]) => ({ path, code: kind, message })) ?? null,
      detail: null, hint: null, constraint: null,
    });
  }
  const ok = { id: 5, email: 'c@d.org' };

  it('unique: the field that is taken', () =>
    refused({ ...ok, email: 'a@b.org' }, 'CONFLICT', [[['input', 'email'], 'unique']], '"email" is taken already.'));
  it('unique: the primary key', () =>
    refused({ ...ok, id: 1 }, 'CONFLICT', [[['input', 'id'], 'unique']], '"id" is taken already.'));
  it('unique: an index on an expression, with a comment', () =>
    refused({ ...ok, nick: 'MIRA' }, 'CONFLICT', [[['input', 'nick'], 'unique']], 'This nickname is in use.'));
  it('not null', () =>
    refused({ id: 5 }, 'BAD_USER_INPUT', [[['input', 'email'], 'required']], '"email" must not be null.'));
  it('check', () =>
    refused({ ...ok, age: 120 }, 'BAD_USER_INPUT', [[['input', 'age'], 'check']],
      '"age" has a value that is not allowed.'));
  it('check with a comment', () =>
    refused({ ...ok, age: 17 }, 'BAD_USER_INPUT', [[['input', 'age'], 'check']], 'Only for adults.'));
  it('foreign key: refers to nothing', () =>
    refused({ ...ok, countryId: 9 }, 'BAD_USER_INPUT', [[['input', 'countryId'], 'reference']],
      '"countryId" refers to something that does not exist.'));
  it('exclusion', () =>
    refused({ ...ok, during: '[4,9)' }, 'CONFLICT', [[['input', 'during'], 'exclusion']],
      '"during" overlaps with what is there.'));
  it('a domain, with a comment', () =>
    refused({ ...ok, word: 'far too long' }, 'BAD_USER_INPUT', undefined, 'Short words only.'));

  it('foreign key: is referred to', async () => {
    const { data } = await post(`mutation { drop(id: 1) { ${MEMBER} } }`);
    assert.deepEqual([data.drop.code, data.drop.errors], ['CONFLICT', null]);
    assert.equal(data.drop.message, 'The change contradicts the stored data.');
  });

  it('without an error member: a GraphQL error with the same', async () => {
    const { data, errors } = await post('mutation { addArgs(id: 6, email: "a@b.org") { id } }');
    assert.deepEqual(data, { addArgs: null });
    const message = '"email" is taken already.';
    assert.equal(errors[0].message, message);
    assert.deepEqual(errors[0].path, ['addArgs']);
    assert.deepEqual(errors[0].extensions,
      { code: 'CONFLICT', errors: [{ path: ['email'], code: 'unique', message }] });
  });

  it('RAISE: message, detail and hint are the author\'s', async () => {
    const { data } = await post(`mutation { raise(kind: "plain") { ${MEMBER} } }`);
    assert.deepEqual(data.raise, {
      code: 'MUTATION_FAILED', status: 'failed:exception', message: 'No, not plain', errors: null,
      detail: 'Because.', hint: 'Try another.', constraint: null,
    });
    const { errors } = await post('mutation { raisePlain(kind: "plain") { person { id } } }');
    assert.equal(errors[0].message, 'No, not plain');
    assert.deepEqual(errors[0].extensions, { code: 'MUTATION_FAILED', detail: 'Because.', hint: 'Try another.' });
  });

  it('RAISE with a code, a column and a constraint', async () => {
    const of = async (kind) => (await post(`mutation { raise(kind: "${kind}") { ${MEMBER} } }`)).data.raise;
    assert.deepEqual(await of('unique'), {
      code: 'CONFLICT', status: 'failed:exception', message: 'Taken: email', errors: null,
      detail: 'd', hint: 'h', constraint: 'my_rule',
    });
    assert.equal((await of('check')).code, 'BAD_USER_INPUT');
    assert.deepEqual([(await of('forbidden')).code, (await of('forbidden')).message], ['FORBIDDEN', 'Not yours']);
  });

  it('a code that is not known is masked', async () => {
    const { errors } = await post(`mutation { raise(kind: "own") { ${MEMBER} } }`);
    assert.equal(errors[0].extensions.code, 'INTERNAL');
    assert.doesNotMatch(JSON.stringify(errors), /secret/);
  });
});

const WRITE_SQL = `
create domain level as int check (value > 0);
create table shelf (id int primary key generated always as identity, title text not null unique, room int unique);
create table book (
  id int primary key generated always as identity,
  shelf_id int not null references shelf,
  title text not null constraint book_title unique,
  pages int check (pages > 0),
  level level
);
create table pair (id int generated always as identity primary key, shelf_id int, title text, pages int,
  level int, unique (title, pages));
create table audit (id int generated always as identity, title text unique);
create function note_book() returns trigger language plpgsql as $$ begin
  if new.title = 'Forbidden' then
    raise exception 'Not %', new.title using hint = 'Another one.', column = 'title', errcode = 'check_violation';
  end if;
  insert into audit (title) values (left(new.title, 1));
  return new;
end $$;
create trigger note before insert on book for each row execute function note_book();
`;

const WRITE_SDL = `
type Shelf @source(relation: "shelf") { id: Int! title: String! }
type Book @source(relation: "book") { id: Int! title: String! }
input NewBook { shelfId: Int! title: String pages: Int level: Int }
input BookOnShelf { title: String! shelf: ShelfOfBook! }
input ShelfOfBook @oneOf { create: NewShelf connect: ShelfKey }
input ShelfKey { id: Int! }
input NewShelf { title: String! room: Int books: BooksOfShelf }
input BooksOfShelf { create: [ShelvedBook!] }
input ShelvedBook { title: String! pages: Int }
type Refused { code: String! message: String! errors: [Problem!] hint: String }
type Problem { path: [String!]! code: String! }
type Added { book: Book }
type Shelved { shelf: Shelf }
union AddResult = Added | Refused
union ShelfResult = Shelved | Refused
type Query { books: [Book!]! }
type Mutation {
  book(input: NewBook!): AddResult! @write(table: "book", action: INSERT)
  books(input: [NewBook!]!): [AddResult!]! @write(table: "book", action: INSERT)
  allBooks(input: [NewBook!]!): [Book!] @write(table: "book", action: INSERT)
  allPairs(input: [NewBook!]!): [Book!] @write(table: "pair", action: INSERT)
  onShelf(input: BookOnShelf!): AddResult! @write(table: "book", action: INSERT)
  shelf(input: NewShelf!): ShelfResult! @write(table: "shelf", action: INSERT)
}
`;

describe('violations of writes', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: WRITE_SQL, sdl: WRITE_SDL, args: ['--no-errors-debug'] }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const MEMBER = '__typename ... on Refused { code message errors { path code } hint }';
  async function run(call) {
    const { data } = await f.server.post({ query: `mutation { it: ${call} { ${MEMBER} } }` }).then((r) => r.body);
    return data.it;
  }
  const paths = (member) => member.errors?.map((e) => e.path.join('.')) ?? null;

  it('rows that are created together: the path of the row that is refused', async () => {
    assert.equal((await run('shelf(input: {title: "One", room: 1})')).__typename, 'Shelved');
    assert.deepEqual(paths(await run('shelf(input: {title: "One"})')), ['input.title']);
    assert.deepEqual(paths(await run('onShelf(input: {title: "A", shelf: {create: {title: "One"}}})')),
      ['input.shelf.create.title']);
    assert.deepEqual(paths(await run('onShelf(input: {title: "B", shelf: {create: {title: "Two", room: 1}}})')),
      ['input.shelf.create.room']);
    const nested = await run('shelf(input: {title: "Two", books: {create: [{title: "C"}, {title: "D", pages: 0}]}})');
    assert.deepEqual(paths(nested), ['input.books.create.pages']);
    assert.equal(nested.message, '"pages" has a value that is not allowed.');
    assert.deepEqual(paths(await run('onShelf(input: {title: "E", shelf: {connect: {id: 99}}})')), ['input.shelf']);
  });
  it('another table that a trigger writes is none of the input', async () => {
    assert.equal((await run('book(input: {shelfId: 1, title: "Same"})')).__typename, 'Added');
    const other = await run('book(input: {shelfId: 1, title: "Some"})');
    assert.deepEqual([other.code, paths(other), other.message], ['CONFLICT', null, 'There is one already.']);
  });
  it('a domain that one column has', async () => {
    const refused = await run('book(input: {shelfId: 1, title: "F", level: 0})');
    assert.deepEqual(paths(refused), ['input.level']);
    assert.equal(refused.message, '"level" has a value that is not allowed.');
  });
  it('items by themselves: each its own failure, with its number and all that RAISE says', async () => {
    const all = await run(`books(input: [{shelfId: 1, title: "G"}, {shelfId: 1, title: "H", level: -1},
      {shelfId: 9, title: "I"}, {shelfId: 1, title: "J", pages: 0}, {shelfId: 1, title: "Forbidden"},
      {shelfId: 1, title: "G"}, {shelfId: 1}, {shelfId: 1, title: "K", level: 2}])`);
    assert.deepEqual(all.map((x) => x.__typename),
      ['Added', ...Array(6).fill('Refused'), 'Added']);
    assert.deepEqual(all.map(paths), [null, ['input.1.level'], ['input.2.shelfId'], ['input.3.pages'],
      ['input.4.title'], null, ['input.6.title'], null]);
    assert.deepEqual([all[4].message, all[4].hint], ['Not Forbidden', 'Another one.']);
  });
  it('items together: the field, the item that a key or a null tells, and no row', async () => {
    const all = async (field, rest) => {
      const i = rest.map((x) => ({ shelfId: 1, ...x }));
      const { body } = await f.server.post({
        query: `mutation ($i: [NewBook!]!) { ${field}(input: $i) { id } }`, variables: { i } });
      return body.errors[0].extensions.errors?.map((e) => e.path.join('.')) ?? null;
    };
    await f.server.data('mutation { book(input: {shelfId: 1, title: "Z \\"(x)=(y)\\""}) { __typename } }');
    const two = [{ title: 'P' }, { title: 'Q' }];
    assert.deepEqual(await all('allBooks', [{ title: 'L' }, { title: 'M', pages: 0 }]), ['input.pages']);
    await f.pg.sql('truncate audit');
    assert.deepEqual(await all('allBooks', [...two, { title: 'Z "(x)=(y)"' }, { title: 'O' }]), ['input.2.title']);
    assert.deepEqual(await all('allBooks', [...two, { title: 'O', shelfId: 99 }]), ['input.2.shelfId']);
    assert.deepEqual(await all('allBooks', [...two, {}, { title: 'O' }]), ['input.2.title']);
    assert.deepEqual(await all('allBooks', [...two, {}, { title: null }]), ['input.title']);
    const pairs = [['a', 1], ['a', 2], ['b', 1], ['a', 2]].map(([title, pages]) => ({ title, pages }));
    assert.deepEqual(await all('allPairs', pairs), ['input.3.title', 'input.3.pages']);
    assert.equal(await f.pg.sql("select count(*) from book where title ~ '^[LMOPQ]'"), '0');
  });
});

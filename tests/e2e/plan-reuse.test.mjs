// One document sent with different variables: what a plan keeps of the request that it was made for must hold for all.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table seat (room text, number int, primary key (room, number));
insert into seat values ('blue', 1), ('blue', 2);
create function fn_put(input jsonb) returns jsonb language sql as 'select input';
create table note (id int generated always as identity primary key, title text not null, meta jsonb);
insert into note (title, meta) values ('one', '{"k": 1}'), ('two', '{"k": 2, "l": [1]}');
create function fn_meta(meta jsonb) returns jsonb language sql as 'select meta';
create function fn_says(meta text) returns jsonb language sql as 'select to_jsonb(meta)';
create function fn_notes(meta jsonb) returns setof note language sql stable as
  'select * from note n where n.meta @> fn_notes.meta';
create table book (
  pk int generated always as identity primary key, title text not null, status text, shelf text, tags text[]
);
`;

const SDL = `
interface Node { id: ID! }
type Seat implements Node @source(relation: "seat") { id: ID! room: String! number: Int! }
type Book @source(relation: "book") { pk: Int! title: String! status: String shelf: String tags: [String!] }
input NewBook {
  title: String!
  status: String = "draft"
  tags: [String!] = ["new"]
}
input Prepared {
  title: String! @prepare(lowercase: true)
  status: String = "draft" @prepare(trim: true, blankToNull: true)
  tags: [String!] @prepare(uppercase: true)
}
input Place { shelf: String = "A" row: Int = 1 }
input Put { title: String! place: Place = { row: 2 } }
type Note @source(relation: "note") { title: String! meta: JSON }
input NewNote { title: String! meta: JSON }
input Kind { k: Int l: [Int!] }
type Query {
  notes(where: NoteWhereInput): [Note!]!
  notesLike(meta: JSON!): [Note!]! @function(name: "fn_notes")
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
}
type Mutation {
  note(input: NewNote!): Note @write(table: "note", action: INSERT)
  meta(meta: JSON): JSON @function(name: "fn_meta")
  add(input: NewBook!): Book @write(table: "book", action: INSERT)
  addp(input: Prepared!): Book @write(table: "book", action: INSERT)
  says(meta: String @prepare(trim: true, blankToNull: true)): JSON @function(name: "fn_says")
  addAll(input: [NewBook!]!): [Book!] @write(table: "book", action: INSERT)
  put(input: Put!): JSON @function(name: "fn_put")
}
`;

describe('a plan serves every request of its document', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL, args: ['--workers', '1'] }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const id = (...parts) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  /** The data of the document with each of the variables, in turn. */
  async function each(query, ...variables) {
    const all = [];
    for (const v of variables) {
      const { data, errors } = (await f.server.post({ query, variables: v })).body;
      assert.equal(errors, undefined, JSON.stringify(errors));
      all.push(data);
    }
    return all;
  }

  it('whose first global id had too many or too few keys', async () => {
    const one = 'query ($id: ID!) { node(id: $id) { ... on Seat { number } } }';
    assert.deepEqual(await each(one, { id: id('Seat', 'blue') }, { id: id('Seat', 'blue', '2', '3') },
      { id: id('Seat', 'blue', '2') }), [{ node: null }, { node: null }, { node: { number: 2 } }]);
    const many = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Seat { number } } }';
    assert.deepEqual(await each(many, { ids: [id('Seat', 'blue')] }, { ids: [id('Seat', 'blue', '2')] },
      { ids: [id('Seat', 'blue'), id('Seat', 'blue', '1')] }),
    [{ nodes: [null] }, { nodes: [{ number: 2 }] }, { nodes: [null, { number: 1 }] }]);
    const written = `query ($a: ID!) { nodes(ids: ["${id('Seat', 'blue')}", $a]) { ... on Seat { number } } }`;
    assert.deepEqual(await each(written, { a: id('Seat', 'blue') }, { a: id('Seat', 'blue', '1') }),
      [{ nodes: [null, null] }, { nodes: [null, { number: 1 }] }]);
  });

  it('with defaults of input fields where the first variable gave none', async () => {
    const ROW = '{ status tags }';
    const literal = `mutation ($b: NewBook!) { a: add(input: {title: "lit"}) ${ROW} b: add(input: $b) ${ROW} }`;
    const draft = { status: 'draft', tags: ['new'] };
    const secret = { status: 'SECRET', tags: ['s'] };
    const given = { title: 'b', ...secret };
    assert.deepEqual(await each(literal, { b: { title: 'b' } }, { b: given }),
      [{ a: draft, b: draft }, { a: draft, b: secret }]);
    const two = `mutation ($x: NewBook!, $y: NewBook!) { x: add(input: $x) ${ROW} y: add(input: $y) ${ROW} }`;
    assert.deepEqual(await each(two, { x: { title: 'x' }, y: { title: 'y' } }, { x: { title: 'x' }, y: given },
      { x: given, y: { title: 'y' } }),
    [{ x: draft, y: draft }, { x: draft, y: secret }, { x: secret, y: draft }]);
    const own = `mutation ($x: NewBook! = {title: "own"}, $y: NewBook!) {
      x: add(input: $x) { status } y: add(input: $y) { status }
    }`;
    assert.deepEqual(await each(own, { y: { title: 'y' } }, { y: given }),
      [{ x: { status: 'draft' }, y: { status: 'draft' } }, { x: { status: 'draft' }, y: { status: 'SECRET' } }]);
    const batch = 'mutation ($b: NewBook!, $c: NewBook!) { addAll(input: [$b, $c, {title: "z"}]) { status } }';
    assert.deepEqual(await each(batch, { b: { title: 'b' }, c: { title: 'c' } }, { b: { title: 'b' }, c: given }),
      [{ addAll: [{ status: 'draft' }, { status: 'draft' }, { status: 'draft' }] },
        { addAll: [{ status: 'draft' }, { status: 'SECRET' }, { status: 'draft' }] }]);
  });

  it('with defaults within defaults', async () => {
    const put = `mutation ($x: Put!, $y: Put!) {
      x: put(input: $x) y: put(input: $y) z: put(input: {title: "z", place: {}})
    }`;
    const usual = { shelf: 'A', row: 2 };
    const other = { shelf: 'SECRET', row: 9 };
    const z = { title: 'z', place: { shelf: 'A', row: 1 } };
    assert.deepEqual(await each(put, { x: { title: 'x' }, y: { title: 'y' } },
      { x: { title: 'x' }, y: { title: 'y', place: other } },
      { x: { title: 'x', place: { row: 9 } }, y: { title: 'y' } }), [
      { x: { title: 'x', place: usual }, y: { title: 'y', place: usual }, z },
      { x: { title: 'x', place: usual }, y: { title: 'y', place: other }, z },
      { x: { title: 'x', place: { shelf: 'A', row: 9 } }, y: { title: 'y', place: usual }, z },
    ]);
  });

  it('with variables inside literals of custom scalars', async () => {
    const titles = (x) => x.map((d) => Object.values(d)[0].map((n) => n.title));
    const where = 'query ($x: Int) { notes(where: {meta: {contains: {k: $x}}}) { title } }';
    assert.deepEqual(titles(await each(where, { x: 1 }, { x: 2 }, { x: 3 }, { x: 1 })),
      [['one'], ['two'], [], ['one']]);
    const inList = 'query ($x: Int) { notesLike(meta: {l: [$x]}) { title } }';
    assert.deepEqual(titles(await each(inList, { x: 2 }, { x: 1 })), [[], ['two']]);

    const write = 'mutation ($x: JSON) { note(input: {title: "n", meta: {owner: $x, by: [{x: $x}]}}) { meta } }';
    const metas = (await each(write, { x: 'alice' }, { x: 'bob' }, { x: null }, {}, { x: { deep: [1, 'z'] } }))
      .map((d) => d.note.meta);
    assert.deepEqual(metas, [{ owner: 'alice', by: [{ x: 'alice' }] }, { owner: 'bob', by: [{ x: 'bob' }] },
      { owner: null, by: [{ x: null }] }, { by: [{}] },
      { owner: { deep: [1, 'z'] }, by: [{ x: { deep: [1, 'z'] } }] }]);

    const call = 'mutation ($a: Kind, $b: [String], $c: Boolean) { meta(meta: {a: $a, b: $b, c: $c}) }';
    const values = [{ a: { k: 1 }, b: ['x'], c: true }, { a: { k: 2 }, b: ['x'], c: true },
      { a: { k: 1, l: [2] }, b: ['x'], c: true }, { a: { k: 1 }, b: ['y', null], c: true },
      { a: { k: 1 }, b: ['x'], c: false }];
    assert.deepEqual((await each(call, ...values)).map((d) => d.meta), values);
  });

  it('with one variable at places with different rules', async () => {
    const ROW = '{ title status tags }';
    const all = `mutation ($t: String!, $s: String, $l: [String!]) {
      a: add(input: {title: $t, status: $s, tags: $l}) ${ROW}
      b: addp(input: {title: $t, status: $s, tags: $l}) ${ROW}
      c: addp(input: {title: "C", status: $s, tags: [$t, "x"]}) ${ROW}
      d: add(input: {title: $t, status: $s, tags: [$t]}) ${ROW}
      e: says(meta: $s)
      f: meta(meta: {s: $s})
    }`;
    const want = ({ t, s, l }, status) => ({
      a: { title: t, status: s, tags: l },
      b: { title: t.toLowerCase(), status, tags: l?.map((x) => x.toUpperCase()) ?? null },
      c: { title: 'c', status, tags: [t.toUpperCase(), 'X'] },
      d: { title: t, status: s, tags: [t] },
      e: status,
      f: { s },
    });
    const cases = [[{ t: 'One', s: ' a ', l: ['x', 'Y'] }, 'a'], [{ t: 'TWO', s: '  ', l: [] }, null],
      [{ t: 'Three', s: 'c', l: null }, 'c'], [{ t: 'Four', s: null, l: ['z'] }, null],
      [{ t: 'Five', s: '', l: ['z'] }, null], [{ t: 'Six', s: 'f ', l: ['z'] }, 'f']];
    assert.deepEqual(await each(all, ...cases.map(([v]) => v)), cases.map(([v, status]) => want(v, status)));
    const objects = `mutation ($p: Prepared!, $t: String! = "De Fault") {
      a: addp(input: $p) ${ROW} b: addp(input: {title: $t}) ${ROW} c: add(input: {title: $t}) ${ROW}
    }`;
    const draft = { status: 'draft', tags: null };
    assert.deepEqual(await each(objects, { p: { title: 'P', status: ' q ' } }, { p: { title: 'Q' }, t: 'T' }), [
      { a: { title: 'p', status: 'q', tags: null }, b: { title: 'de fault', ...draft },
        c: { title: 'De Fault', status: 'draft', tags: ['new'] } },
      { a: { title: 'q', ...draft }, b: { title: 't', ...draft },
        c: { title: 'T', status: 'draft', tags: ['new'] } },
    ]);
  });
});

// Writes at their limits: ten thousand items in one statement; row-level security; backends that are killed while
// they write.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';
import { token } from './lib/jwt.mjs';

const SQL = `
create table thing (id int primary key generated always as identity, code text not null unique, n int not null default
-1,
  note text default 'none');
create view v_thing as select id, jsonb_build_object('id', id, 'code', code, 'n', n) as data from thing;
create table note (id int primary key,
  tenant text not null default nullif(current_setting('app.tenant_id', true), ''), text text
not null);
alter table note enable row level security;
alter table note force row level security;
create policy own on note using (tenant = nullif(current_setting('app.tenant_id', true), ''));
create role app login;
grant select, insert, update, delete on thing, note to app;
grant select on v_thing to app;
grant usage on schema fraiseql to app;
`;

const SDL = `
type Thing @source(relation: "thing") { id: Int! code: String! n: Int! note: String }
type Seen @source(relation: "v_thing") { id: Int! code: String! n: Int! }
type Note @source(relation: "note") { id: Int! tenant: String! text: String! }
input NewThing { code: String! n: Int note: String }
input ChangeThing { id: Int! n: Int }
input PutNote { id: Int! text: String! }
union ThingResult = ThingDone | ThingError
type ThingDone { thing: Thing! }
type ThingError { code: String! }
union NoteResult = NoteDone | NoteError
type NoteDone { note: Note! }
type NoteError { code: String! }
type Query { things: [Thing!]! notes: [Note!]! }
type Mutation {
  addThings(input: [NewThing!]!): [Thing!]! @write(table: "thing", action: INSERT)
  putThings(input: [NewThing!]!): [Thing!]! @write(table: "thing", action: UPSERT, conflict: "code")
  seeThings(input: [NewThing!]!): [Seen!]! @write(table: "thing", action: INSERT)
  changeThings(input: [ChangeThing!]!): [Seen!]! @write(table: "thing", action: UPDATE)
  addEach(input: [NewThing!]!): [ThingResult!]! @write(table: "thing", action: INSERT)
  dropThings(where: ThingWhereInput): Int! @write(table: "thing", action: DELETE, maxRows: 100000, allowAll: true)
  addNote(input: PutNote!): NoteResult! @write(table: "note", action: INSERT)
  changeNote(input: PutNote!): NoteResult! @write(table: "note", action: UPDATE)
  putNote(input: PutNote!): NoteResult! @write(table: "note", action: UPSERT)
  putNotes(input: [PutNote!]!): [Note!] @write(table: "note", action: UPSERT)
  changeEach(input: [PutNote!]!): [NoteResult!]! @write(table: "note", action: UPDATE)
  dropNotes(where: NoteWhereInput): Int! @write(table: "note", action: DELETE, allowAll: true)
  dropNote(id: Int!): Note @write(table: "note", action: DELETE)
}
`;

const MANY = 10_000;

describe('many rows', () => {
  let f;
  // Little room on disk: what is sorted and sent grows with the items, not with their square.
  before(async () => {
    f = await Fixture.start({
      sql: SQL, sdl: SDL, user: 'app', args: ['--limits-body', '8MB'], settings: { temp_file_limit: '64MB' } });
  });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  // Every third item gives no n, every fourth a null note.
  const items = (from, n) => Array.from({ length: MANY }, (_, i) => ({
    code: `c${from + i}`, ...(i % 3 ? { n: n + i } : {}), ...(i % 4 ? {} : { note: null }),
  }));
  const sum = () => f.pg.sql("select concat_ws(' ', count(*), sum(n), count(note)) from thing");
  const timed = async (t, what, work) => {
    const start = Date.now();
    const out = await work();
    t.diagnostic(`${what}: ${MANY} items in ${Date.now() - start} ms`);
    return out;
  };

  it('are inserted by one statement, in the order of the input', async (t) => {
    const input = items(0, 0);
    const { addThings } = await timed(t, 'insert', () => f.server.data(
      'mutation($input: [NewThing!]!) { addThings(input: $input) { code n note } }', { input }));
    assert.deepEqual(addThings, input.map((x) => ({ code: x.code, n: x.n ?? -1,
    note: x.note === null ? null : 'none' })));
    const given = input.reduce((s, x) => s + (x.n ?? -1), 0);
    assert.equal(await sum(), `${MANY} ${given} ${MANY - MANY / 4}`);
  });
  it('are updated or inserted by one statement', async (t) => {
    const input = items(MANY / 2, 7);
    const { putThings } = await timed(t, 'upsert', () => f.server.data(
      'mutation($input: [NewThing!]!) { putThings(input: $input) { code n note } }', { input }));
    assert.deepEqual(putThings.map((x) => x.code), input.map((x) => x.code));
    const before = new Map(items(0, 0).map((x) => [x.code, x.n ?? -1]));
    assert.deepEqual(putThings.map((x) => x.n), input.map((x) => x.n ?? before.get(x.code) ?? -1));
    assert.equal(await f.pg.sql('select count(*) from thing'), String(MANY * 1.5));
  });
  it('are read again through a view, in the order of the input', async (t) => {
    const input = items(2 * MANY, 0);
    const { seeThings } = await timed(t, 'insert, view', () => f.server.data(
      'mutation($input: [NewThing!]!) { seeThings(input: $input) { id code n } }', { input }));
    assert.deepEqual(seeThings.map((x) => [x.code, x.n]), input.map((x) => [x.code, x.n ?? -1]));
    const changes = seeThings.map((x, i) => ({ id: x.id, n: i })).reverse();
    const { changeThings } = await timed(t, 'update, view', () => f.server.data(
      'mutation($input: [ChangeThing!]!) { changeThings(input: $input) { id n } }', { input: changes }));
    assert.deepEqual(changeThings, changes);
    await f.pg.sql(`delete from thing where id >= ${seeThings[0].id}`);
  });
  it('succeed or fail one by one', async (t) => {
    const input = items(MANY, 0).map((x, i) => (i % 2 ? x : { ...x, code: `e${i}` }));
    const { addEach } = await timed(t, 'each', () => f.server.data(
      `mutation($input: [NewThing!]!) { addEach(input: $input) {
        ... on ThingDone { thing { code } } ... on ThingError { code } } }`,
      { input }));
    const there = (code) => code.startsWith('c') && Number(code.slice(1)) < MANY * 1.5;
    assert.deepEqual(addEach, input.map(({ code }) => (there(code) ? { code: 'CONFLICT' } : { thing: { code } })));
  });
  it('are deleted by one statement', async (t) => {
    const rows = Number(await f.pg.sql('select count(*) from thing'));
    assert.deepEqual(await timed(t, 'delete', () => f.server.data('mutation { dropThings }')), { dropThings: rows });
    assert.equal(await f.pg.sql('select count(*) from thing'), '0');
  });

  it('upserts of the same keys in any order do not end in deadlocks', async () => {
    const from = f.pg.log.length;
    for (let round = 0; round < 4; round += 1) {
      const sent = Array.from({ length: 12 }, (_, n) => f.server.data(
        'mutation($input: [NewThing!]!) { putThings(input: $input) { code } }',
        { input: Array.from({ length: 200 }, (__, i) => ({ code: `k${(i * 7 + n * 31) % 200}`, n })) }));
      assert.equal((await Promise.all(sent)).length, 12);
    }
    assert.equal(await f.pg.sql('select count(*), count(distinct n) from thing'), '200|1');
    assert.doesNotMatch(f.pg.log.slice(from), /deadlock/);
    await f.pg.sql('truncate thing');
  });

  it('a backend that is killed while it writes leaves all or nothing', async () => {
    const input = items(0, 0);
    let errors = 0;
    for (let round = 0; round < 40 && errors < 4; round += 1) {
      await f.pg.sql('truncate thing');
      const post = f.server.post({
        query: 'mutation($input: [NewThing!]!) { addThings(input: $input) { code } }', variables: { input } });
      await f.pg.sql(`do $$ begin
        for i in 1 .. 5000 loop
          perform pg_stat_clear_snapshot();
          perform pg_terminate_backend(pid) from pg_stat_activity
            where application_name like 'fraiseql%' and state = 'active' and query like '%thing%';
          exit when found;
          perform pg_sleep(0.001);
        end loop;
      end $$`);
      const { body } = await post;
      const rows = Number(await f.pg.sql('select count(*) from thing'));
      const failed = Boolean(body.errors);
      errors += failed;
      if (failed) {
        assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
        assert.ok(rows === 0 || rows === MANY, `${rows} rows`);
      } else {
        assert.equal(rows, MANY);
      }
    }
    assert.deepEqual(await f.server.data('mutation { dropThings(where: {n: {gt: 999999}}) }'), { dropThings: 0 },
      'the server goes on');
    assert.equal(errors, 4, 'kills hit writes');
  });
});

describe('row-level security', () => {
  let f;
  const SECRET = 'the test of writes signs its tokens with this secret';
  before(async () => {
    f = await Fixture.start({ sql: SQL, sdl: SDL, user: 'app', args: ['--auth-secret', SECRET] });
  });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));
  const as = async (tenant, query) => {
    const claims = { sub: `u-${tenant}`, tenant_id: tenant };
    const headers = tenant ? { authorization: `Bearer ${token(claims, SECRET)}` } : {};
    return (await f.server.post({ query }, headers)).body;
  };
  const DONE = '... on NoteDone { note { id tenant text } } ... on NoteError { code }';
  const rows = () => f.pg.sql(
    "select coalesce(string_agg(concat_ws('/', id, tenant, text), ' ' order by id), '') from note");

  it('holds for every action, as for reads', async () => {
    const add = (tenant, id, text) => as(tenant,
    `mutation { addNote(input: {id: ${id}, text: "${text}"}) { ${DONE} } }`);
    assert.deepEqual(await add('a', 1, 'mine'), { data: { addNote: { note: { id: 1, tenant: 'a', text: 'mine' } } } });
    assert.deepEqual(await add('b', 2, 'theirs'), { data: { addNote: { note: { id: 2, tenant: 'b',
    text: 'theirs' } } } });
    assert.deepEqual(await as('a', '{ notes { id } }'), { data: { notes: [{ id: 1 }] } });
    assert.deepEqual(await as('b', `mutation { changeNote(input: {id: 1, text: "x"}) { ${DONE} } }`),
      { data: { changeNote: { code: 'NOT_FOUND' } } });
    assert.deepEqual(await as('b', `mutation { putNote(input: {id: 1, text: "x"}) { ${DONE} } }`),
      { data: { putNote: { code: 'FORBIDDEN' } } });
    assert.deepEqual(await as('b',
    `mutation { changeEach(input: [{id: 1, text: "x"}, {id: 2, text: "y"}]) { ${DONE} } }`),
      { data: { changeEach: [{ code: 'NOT_FOUND' }, { note: { id: 2, tenant: 'b', text: 'y' } }] } });
    const dropped = await as('b', 'mutation { dropNote(id: 1) { id } }');
    assert.deepEqual(dropped.errors.map((e) => e.extensions.code), ['NOT_FOUND']);
    const put = await as('b', 'mutation { putNotes(input: [{id: 3, text: "z"}, {id: 1, text: "x"}]) { id } }');
    assert.deepEqual(put.errors.map((e) => e.extensions.code), ['FORBIDDEN']);
    assert.equal(await rows(), '1/a/mine 2/b/y');
    assert.deepEqual(await as('b', 'mutation { dropNotes }'), { data: { dropNotes: 1 } });
    assert.equal(await rows(), '1/a/mine');
  });
  it('nobody writes nothing', async () => {
    const { data } = await as(null, `mutation { addNote(input: {id: 9, text: "x"}) { ${DONE} }
      changeNote(input: {id: 1, text: "x"}) { ${DONE} } dropNotes }`);
    assert.deepEqual(data, { addNote: { code: 'FORBIDDEN' }, changeNote: { code: 'NOT_FOUND' }, dropNotes: 0 });
    assert.equal(await rows(), '1/a/mine');
  });
});

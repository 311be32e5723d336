// Mutations as transactions: fields in order, @atomic, @dryRun, and being run again after losing to another one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table item (id int primary key, name text not null check (name <> ''), stock int not null default 0);
create view v_item as select id, name, stock from item;
create table log (at bigint generated always as identity, what text not null);
create sequence tries;

create function add_item(id int, name text) returns fraiseql.mutation_result language plpgsql as $$
begin
  insert into log (what) values ('add ' || add_item.id);
  if exists (select from item i where i.id = add_item.id) then
    return row('conflict:id', 'There is one.', null, null, null, null)::fraiseql.mutation_result;
  end if;
  insert into item values (add_item.id, add_item.name);
  return row('created', null, null, (select to_jsonb(v) from v_item v where v.id = add_item.id), null, null)
    ::fraiseql.mutation_result;
end $$;

create function count_items() returns int language sql as 'select count(*)::int from item';

-- Fails until it has been called often enough; a sequence is not rolled back.
create function lose(times int, state text) returns int language plpgsql as $$
declare n int := nextval('tries');
begin
  insert into log (what) values ('try');
  if n <= times then
    raise exception 'lost' using errcode = state;
  end if;
  return n;
end $$;

create table pair (id int primary key, n int not null default 0);
insert into pair values (1), (2);
create function touch(first int, second int) returns int language plpgsql as $$
begin
  update pair set n = n + 1 where id = first;
  perform pg_sleep(0.2);
  update pair set n = n + 1 where id = second;
  return first;
end $$;
`;

const SDL = `
type Item @source(relation: "v_item") { id: Int! name: String! stock: Int! }
type Added { item: Item! status: String! }
type AddError { code: String! status: String message: String! }
union AddResult = Added | AddError
input NewItem { id: Int! name: String! @constraint(maxLength: 5) }
type Query { items: [Item!]! }
type Mutation {
  add(id: Int!, name: String!): AddResult! @function(name: "add_item")
  addEach(input: [NewItem!]!): [AddResult!]! @write(table: "item", action: INSERT)
  addPlain(id: Int!, name: String!): Item @function(name: "add_item")
  count: Int @function(name: "count_items")
  lose(times: Int!, state: String!): Int @function(name: "lose")
  touch(first: Int!, second: Int!): Int @function(name: "touch")
}
`;

const ADD = '__typename ... on Added { item { name } } ... on AddError { code status }';

describe('transactions', () => {
  let f;
  before(async () => {
    f = await Fixture.start({ sql: SQL, sdl: SDL, args: ['--writes-retries', '3'] });
  });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const clear = () => f.pg.sql('truncate item, log; alter sequence tries restart');
  const items = () => f.pg.sql("select coalesce(string_agg(id || name, ',' order by id), '') from item");
  const logged = () => f.pg.sql('select count(*) from log');
  const post = async (query, headers) => (await f.server.post({ query }, headers)).body;

  it('runs fields in order, each in a transaction of its own', async () => {
    await clear();
    const { data, errors } = await post(`mutation {
      a: add(id: 1, name: "x") { ${ADD} } one: count
      bad: addPlain(id: 2, name: "") { name } two: count
      c: add(id: 3, name: "z") { ${ADD} } three: count }`);
    assert.deepEqual(data, {
      a: { __typename: 'Added', item: { name: 'x' } }, one: 1, bad: null, two: 1,
      c: { __typename: 'Added', item: { name: 'z' } }, three: 2,
    });
    assert.deepEqual(errors.map((e) => [e.path, e.extensions.code]), [[['bad'], 'BAD_USER_INPUT']]);
    assert.equal(await items(), '1x,3z');
    assert.equal(await logged(), '2', 'what failed left nothing');
  });

  it('@atomic keeps all when all succeed', async () => {
    await clear();
    const { data } = await post(`mutation @atomic {
      a: add(id: 1, name: "x") { ${ADD} } __typename b: add(id: 2, name: "y") { ${ADD} } n: count }`);
    assert.deepEqual(data, {
      a: { __typename: 'Added', item: { name: 'x' } }, __typename: 'Mutation',
      b: { __typename: 'Added', item: { name: 'y' } }, n: 2,
    });
    assert.equal(await items(), '1x,2y');
  });

  it('@atomic undoes all when a status is an error', async () => {
    await clear();
    const { data, errors } = await post(`mutation @atomic {
      a: add(id: 1, name: "x") { ${ADD} } again: add(id: 1, name: "y") { ${ADD} } n: count t: __typename }`);
    assert.deepEqual(data, {
      a: { __typename: 'AddError', code: 'ROLLED_BACK', status: 'failed:rolled_back' },
      again: { __typename: 'AddError', code: 'CONFLICT', status: 'conflict:id' },
      n: null, t: 'Mutation',
    });
    assert.deepEqual(errors.map((e) => [e.path, e.extensions.code]), [[['n'], 'ROLLED_BACK']]);
    assert.equal(await items(), '');
    assert.equal(await logged(), '0');
  });

  it('@atomic undoes all when the database refuses one', async () => {
    await clear();
    const { data, errors } = await post(`mutation @atomic {
      a: add(id: 1, name: "x") { ${ADD} } bad: add(id: 2, name: "") { ${ADD} } n: count }`);
    assert.equal(data.a.code, 'ROLLED_BACK');
    assert.equal(data.bad.code, 'BAD_USER_INPUT');
    assert.equal(data.n, null);
    assert.deepEqual(errors.map((e) => e.path), [['n']]);
    assert.equal(await items(), '');
  });

  it('@atomic undoes all when an item of a batch fails', async () => {
    const item = ([id, name]) => `{id: ${id}, name: "${name}"}`;
    const batch = (...list) => `addEach(input: [${list.map(item)}]) { ${ADD} }`;
    const error = (code, status) => ({ __typename: 'AddError', code, status });
    const undone = error('ROLLED_BACK', 'failed:rolled_back');
    const added = (name) => ({ __typename: 'Added', item: { name } });
    const query = `{ one: ${batch([1, 'x'], [2, 'y'])} two: ${batch([3, 'z'], [1, 'again'], [4, 'u'])}
      add(id: 5, name: "v") { ${ADD} } }`;
    await clear();
    const { data, errors } = await post(`mutation @atomic ${query}`);
    assert.equal(errors, undefined);
    assert.equal(data.two[1].code, 'CONFLICT');
    assert.deepEqual(data, { one: [undone, undone], two: [undone, data.two[1], undone], add: undone });
    assert.equal(await items(), '');
    assert.equal(await logged(), '0');
    const alone = (await post(`mutation ${query}`)).data;
    assert.deepEqual(alone, {
      one: [added('x'), added('y')], two: [added('z'), data.two[1], added('u')], add: added('v'),
    });
    assert.equal(await items(), '1x,2y,3z,4u,5v');
  });

  it('@atomic undoes the items of a batch when another field fails', async () => {
    const batch = (id) => `addEach(input: [{id: ${id}, name: "x"}]) { ${ADD} }`;
    await clear();
    const undone = { __typename: 'AddError', code: 'ROLLED_BACK', status: 'failed:rolled_back' };
    const { data, errors } = await post(`mutation @atomic {
      a: ${batch(1)} add(id: 1, name: "y") { ${ADD} } b: ${batch(2)} }`);
    assert.equal(errors, undefined);
    assert.deepEqual(data, { a: [undone], add: { ...undone, code: 'CONFLICT', status: 'conflict:id' }, b: [undone] });
    assert.equal(await items(), '');
    const raised = await post(`mutation @atomic { a: ${batch(1)} addPlain(id: 3, name: "") { name } }`);
    assert.deepEqual(raised.data, { a: [undone], addPlain: null });
    assert.deepEqual(raised.errors.map((e) => [e.path, e.extensions.code]), [[['addPlain'], 'BAD_USER_INPUT']]);
    assert.equal(await items(), '');
    const refused = await post(`mutation {
      addEach(input: [{id: 1, name: "x"}, {id: 2, name: "too long"}]) { ${ADD} } }`);
    assert.deepEqual(refused.data.addEach.map((item) => item.code), [undefined, 'BAD_USER_INPUT']);
    await clear();
    const ok = await post(`mutation @atomic { a: ${batch(1)} b: ${batch(2)} }`);
    assert.deepEqual([ok.data.a[0].item, ok.data.b[0].item], [{ name: 'x' }, { name: 'x' }]);
    assert.equal(await items(), '1x,2x');
  });

  it('@atomic undoes a single field, too', async () => {
    await clear();
    await f.pg.sql("insert into item values (1, 'x')");
    const { data } = await post(`mutation @atomic { add(id: 1, name: "y") { ${ADD} } }`);
    assert.equal(data.add.status, 'conflict:id');
    assert.equal(await logged(), '0', 'the row that the function logged is undone');
    await post(`mutation { add(id: 1, name: "y") { ${ADD} } }`);
    assert.equal(await logged(), '1', 'without @atomic what it wrote stays');
  });

  it('@dryRun answers as if, and leaves nothing', async () => {
    await clear();
    const { data } = await post(`mutation @dryRun {
      a: add(id: 1, name: "x") { ${ADD} } b: add(id: 1, name: "y") { ${ADD} } n: count }`);
    assert.deepEqual(data, {
      a: { __typename: 'Added', item: { name: 'x' } },
      b: { __typename: 'AddError', code: 'CONFLICT', status: 'conflict:id' }, n: 1,
    });
    assert.equal(await items(), '');
    assert.equal(await logged(), '0');
  });

  it('@atomic and @dryRun are for mutations', async () => {
    const { errors } = await post('query @atomic { items { id } }');
    assert.equal(errors[0].message, 'Directive "@atomic" may not be used on QUERY.');
  });

  for (const state of ['40001', '40P01']) {
    it(`${state} is run again, a bounded number of times`, async () => {
      await clear();
      const won = await post(`mutation { lose(times: 3, state: "${state}") }`);
      assert.deepEqual(won, { data: { lose: 4 } });
      assert.equal(await logged(), '1');
      await clear();
      const lost = await post(`mutation { lose(times: 100, state: "${state}") }`);
      assert.equal(lost.errors[0].extensions.code, 'CONFLICT');
      assert.equal(await f.pg.sql('select last_value from tries'), '4', 'once and three times more');
      await clear();
      const atomic = await post(`mutation @atomic {
        a: add(id: 1, name: "x") { ${ADD} } lose(times: 2, state: "${state}") n: count }`);
      assert.equal(atomic.errors, undefined);
      assert.equal(atomic.data.n, 1);
      assert.equal(await logged(), '2', 'the fields before it ran again with it');
    });
  }

  it('other states are not run again', async () => {
    await clear();
    const { errors } = await post('mutation { lose(times: 1, state: "55P03") }');
    assert.equal(errors[0].extensions.code, 'CONFLICT');
    assert.equal(await f.pg.sql('select last_value from tries'), '1');
  });

  it('a real deadlock is resolved', async () => {
    const answers = await Promise.all([post('mutation { touch(first: 1, second: 2) }'),
      post('mutation { touch(first: 2, second: 1) }')]);
    assert.deepEqual(answers, [{ data: { touch: 1 } }, { data: { touch: 2 } }]);
    assert.equal(await f.pg.sql('select n from pair order by id'), '2\n2');
  });
});

// @prepare and @constraint: what becomes of input before SQL, and what is refused before anything runs.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table seen (at int generated always as identity, input jsonb);
create table member (id int primary key, name text not null);
insert into member values (1, 'mira'), (2, 'noor');
create function fn_echo(input jsonb) returns jsonb language sql as
  'insert into seen (input) values ($1) returning input';
create function fn_union(input jsonb) returns fraiseql.mutation_result language sql as
  $$ insert into seen (input) values ($1)
     returning ('ok', null, null, null, null, jsonb_build_object('echo', input))::fraiseql.mutation_result $$;
create function fn_text(a text) returns text language sql stable as $$ select coalesce('<' || a || '>', 'null') $$;
`;

const SDL = `
type Member @source(relation: "member") { id: Int! name: String! }
input Inner { code: String! @constraint(pattern: "^[A-Z]{2}\\\\d+$") free: String }
input In {
  name: String @prepare(trim: true, collapse: true) @constraint(minLength: 2, maxLength: 5)
  email: EmailAddress @prepare(trim: true, lowercase: true, blankToNull: true)
  nick: String @prepare(uppercase: true, blankToNull: true)
  must: String @prepare(trim: true, blankToNull: true)
  age: Int @constraint(min: 0, max: 150)
  big: BigInt @constraint(exclusiveMax: 9007199254740993)
  price: Decimal @constraint(exclusiveMin: 0, max: 99.95)
  tags: [String!] @prepare(trim: true) @constraint(minItems: 1, maxItems: 3, uniqueItems: true, maxLength: 4)
  url: String @constraint(format: "url", message: "Please give the address of a page.")
  slow: String @constraint(pattern: "^(a+)+$")
  inner: Inner
  inners: [Inner!]
  plain: String
  fallback: String = " Default " @prepare(trim: true)
}
input Required { word: String! @prepare(trim: true, blankToNull: true) }
input NewMember { id: Int! name: String! @prepare(trim: true) @constraint(minLength: 2) }
type Stored { member: Member }
union StoreResult = Stored | Problem
type Ok { echo: JSON }
type Problem { code: String! status: String message: String! errors: [FieldProblem!] }
type FieldProblem { path: [String!]! code: String! message: String! }
union Result = Ok | Problem
type Query {
  member(name: String! @prepare(trim: true, lowercase: true) @constraint(maxLength: 6)): Member
  members: [Member!]!
  text(a: String @prepare(blankToNull: true) @constraint(minLength: 3)): String @function(name: "fn_text")
}
type Mutation {
  echo(input: In!): JSON @function(name: "fn_echo")
  required(input: Required!): JSON @function(name: "fn_echo")
  typed(input: In!): Result! @function(name: "fn_union")
  store(input: [NewMember!]! @constraint(maxItems: 60)): [StoreResult!]! @write(table: "member", action: INSERT)
  drop(ids: [Int!]! @constraint(min: 1)): [StoreResult!]! @write(table: "member", action: DELETE)
}
`;

describe('validation', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const post = async (query, variables) => (await f.server.post({ query, variables })).body;
  const BY_VARIABLE = 'mutation ($i: In!) { echo(input: $i) }';
  const literal = (v) => (Array.isArray(v) ? `[${v.map(literal)}]`
    : v && typeof v === 'object' ? `{${Object.entries(v).map(([k, x]) => `${k}: ${literal(x)}`)}}` : JSON.stringify(v));
  const rows = async () => Number(await f.pg.sql('select count(*) from seen'));

  /** The input as the function gets it: by a variable, by a literal, and by variables in a literal. */
  async function both(input, want) {
    const { data, errors } = await post(BY_VARIABLE, { i: input });
    assert.deepEqual([data?.echo, errors], [{ fallback: ' Default ', ...want }, undefined]);
    const written = await post(`mutation { echo(input: ${literal(input)}) }`);
    assert.deepEqual(written, { data });
  }

  /** The violations, the same by each way; nothing has run. */
  async function refused(input, want) {
    const before = await rows();
    const { data, errors } = await post(BY_VARIABLE, { i: input });
    assert.equal(data.echo, null);
    assert.equal(errors.length, 1);
    assert.equal(errors[0].extensions.code, 'BAD_USER_INPUT');
    assert.deepEqual(errors[0].path, ['echo']);
    assert.deepEqual(errors[0].extensions.errors.map((e) => [e.path.join('.'), e.code]), want);
    const written = await post(`mutation { echo(input: ${literal(input)}) }`);
    assert.deepEqual(written.errors[0].extensions, errors[0].extensions);
    assert.equal(await rows(), before);
    return errors[0];
  }

  it('prepares texts', async () => {
    await both({ name: ' \t a  b\u00a0\n' }, { name: 'a b' });
    await both({ nick: 'straße Ωμέγα привет' }, { nick: 'STRAßE ΩΜέΓΑ ПРИВЕТ' });
    await both({ tags: [' a', 'b '] }, { tags: ['a', 'b'] });
    await both({ plain: '  as it is ' }, { plain: '  as it is ' });
  });

  it('keeps absent, null and blank apart', async () => {
    await both({}, {});
    await both({ nick: null, must: null }, { nick: null, must: null });
    await both({ nick: '  ', must: '' }, { nick: null, must: null });
    await both({ plain: '' }, { plain: '' });
    const { errors } = await post('mutation ($i: Required!) { required(input: $i) }', { i: { word: ' ' } });
    assert.deepEqual(errors[0].extensions.errors,
      [{ path: ['input', 'word'], code: 'required', message: '"input.word" must not be blank.' }]);
  });

  it('prepares before a scalar is read, in variables', async () => {
    const { data } = await post(BY_VARIABLE, { i: { email: ' Mira@Example.ORG ' } });
    assert.equal(data.echo.email, 'mira@example.org');
    assert.equal((await post(BY_VARIABLE, { i: { email: '' } })).data.echo.email, null);
  });

  it('counts characters as Unicode code points', async () => {
    await both({ name: '😀😀' }, { name: '😀😀' });
    await refused({ name: '😀' }, [['input.name', 'minLength']]);
    await refused({ name: 'é'.repeat(6) }, [['input.name', 'maxLength']]);
  });

  it('compares numbers exactly', async () => {
    await both({ age: 0, big: '9007199254740992', price: '99.95' }, { age: 0, big: 9007199254740992, price: 99.95 });
    await refused({ big: '9007199254740993' }, [['input.big', 'exclusiveMax']]);
    await refused({ price: '0.00' }, [['input.price', 'exclusiveMin']]);
    await refused({ price: '99.951' }, [['input.price', 'max']]);
    await refused({ age: -1 }, [['input.age', 'min']]);
  });

  it('tells all problems at once, with their paths', async () => {
    const error = await refused({
      name: 'x', age: 151, tags: ['toolong', 'b', 'b', 'c'], url: 'nothing',
      inner: { code: 'x' }, inners: [{ code: 'AB1' }, { code: 'ab1' }],
    }, [
      ['input.name', 'minLength'], ['input.age', 'max'], ['input.tags.0', 'maxLength'],
      ['input.tags', 'maxItems'], ['input.tags', 'uniqueItems'], ['input.url', 'format'],
      ['input.inner.code', 'pattern'], ['input.inners.1.code', 'pattern'],
    ]);
    assert.equal(error.message, '8 values of the input are not allowed.');
    assert.equal(error.extensions.errors[0].message, '"input.name" must have at least 2 characters.');
    assert.equal(error.extensions.errors[5].message, 'Please give the address of a page.');
  });

  it('checks what stands behind a long chain of fragments', async () => {
    const chain = Array.from({ length: 700 }, (_, i) => `fragment F${i} on Mutation { ...F${i + 1} }`).join(' ');
    const { errors } = await post(`mutation { ...F0 } ${chain}
      fragment F700 on Mutation { echo(input: {name: "x"}) }`);
    assert.deepEqual(errors?.[0].extensions.errors.map((e) => e.code), ['minLength']);
  });

  it('takes each fragment once for a root field', async () => {
    const doubled = (n, type, last) => Array.from({ length: n }, (_, i) =>
      `fragment F${i} on ${type} { ...F${i + 1} ...F${i + 1} }`).join(' ') + ` fragment F${n} on ${type} { ${last} }`;
    assert.deepEqual(await post(`{ members { ...F0 } } ${doubled(60, 'Member', 'name')}`),
      { data: { members: [{ name: 'mira' }, { name: 'noor' }] } });
    const { errors } = await post(`{ ...F0 } ${doubled(60, 'Query', 'a: text(a: "x") b: text(a: "y")')}`);
    assert.deepEqual(errors.map((e) => [e.path, e.extensions.errors.length]), [[['a'], 1], [['b'], 1]]);
  });

  it('a hostile text does not hold the server up', async () => {
    await refused({ slow: `${'a'.repeat(40)}!` }, [['input.slow', 'pattern']]);
    await both({ slow: 'aaa' }, { slow: 'aaa' });
  });

  it('is the error member where the result has one', async () => {
    const query = `mutation ($i: In!) {
      first: typed(input: { plain: "a" }) { ... on Ok { echo } }
      typed(input: $i) { ... on Ok { echo } ... on Problem { code status message errors { path code message } } }
      last: typed(input: { plain: "b" }) { ... on Ok { echo } } }`;
    const before = await rows();
    const { data, errors } = await post(query, { i: { name: 'x' } });
    assert.equal(errors, undefined);
    const message = '"input.name" must have at least 2 characters.';
    assert.deepEqual(data.typed, {
      code: 'BAD_USER_INPUT', status: 'validation:input', message,
      errors: [{ path: ['input', 'name'], code: 'minLength', message }],
    });
    assert.equal(data.first.echo.plain + data.last.echo.plain, 'ab');
    assert.equal(await rows(), before + 2);
    const atomic = await post(query.replace('($i: In!)', '($i: In!) @atomic'), { i: { name: 'x' } });
    assert.deepEqual(atomic.data, { first: {}, typed: data.typed, last: {} });
    assert.equal(await rows(), before + 2, 'an atomic operation is not run at all');
  });

  it('holds for arguments of queries, and for variables within literals', async () => {
    assert.deepEqual(await post('{ member(name: " MIRA ") { id } }'), { data: { member: { id: 1 } } });
    assert.deepEqual(await post('query ($n: String!) { member(name: $n) { id } }', { n: ' NooR' }),
      { data: { member: { id: 2 } } });
    const { data, errors } = await post('{ member(name: "toolong") { id } members { id } }');
    assert.deepEqual(data, { member: null, members: [{ id: 1 }, { id: 2 }] });
    assert.deepEqual(errors[0].extensions.errors.map((e) => [e.path, e.code]), [[['name'], 'maxLength']]);
    assert.deepEqual(await post('query ($a: String) { text(a: $a) }', { a: '  ' }), { data: { text: 'null' } });
    assert.deepEqual(await post('query ($a: String) { text(a: $a) }', { a: 'abc' }), { data: { text: '<abc>' } });
    assert.deepEqual(await post('query ($a: String) { text(a: $a) }', {}), { data: { text: 'null' } });
    const inside = await post('mutation ($n: String) { echo(input: { name: $n }) }', { n: ' a   b ' });
    assert.equal(inside.data.echo.name, 'a b');
    const bad = await post('mutation ($n: String) { echo(input: { name: $n }) }', { n: ' a ' });
    assert.deepEqual(bad.errors[0].extensions.errors[0].path, ['input', 'name']);
  });

  describe('items that succeed or fail by themselves', () => {
    const MEMBER = '... on Stored { member { name } } ... on Problem { code message errors { path code } }';
    const outcome = (x) => x.member?.name ?? x.errors?.map((e) => `${e.path.join('.')} ${e.code}`).join() ?? x.code;
    const store = async (input, on = '') => {
      const query = `mutation ($i: [NewMember!]!) ${on} { store(input: $i) { ${MEMBER} } }`;
      return (await post(query, { i: input })).data.store;
    };
    it('are refused by themselves, and the others stored', async () => {
      const some = await store([{ id: 10, name: ' Ada ' }, { id: 11, name: ' x ' }, { id: 1, name: 'Bob' },
        { id: 12, name: 'Cy' }, { id: 13, name: '' }]);
      assert.deepEqual(some.map(outcome), ['Ada', 'input.1.name minLength', 'input.2.id unique', 'Cy',
        'input.4.name minLength']);
      assert.equal(some[1].message, '"input[1].name" must have at least 2 characters.');
      assert.equal(await f.pg.sql('select string_agg(name, $$,$$ order by id) from member where id >= 10'), 'Ada,Cy');
      const none = await store([{ id: 20, name: 'x' }, { id: 21, name: 'y' }]);
      assert.deepEqual(none.map(outcome), ['input.0.name minLength', 'input.1.name minLength']);
    });
    it('are found by keys', async () => {
      const { data } = await post(`mutation { drop(ids: [0, 12, 99, -1, 10]) { ${MEMBER} } }`);
      assert.deepEqual(data.drop.map(outcome), ['ids.0 min', 'Cy', 'NOT_FOUND', 'ids.3 min', 'Ada']);
    });
    it('all, when the list itself is refused, or nothing may happen in part', async () => {
      const many = await store(Array.from({ length: 61 }, (_, i) => ({ id: 100 + i, name: 'Many' })));
      assert.deepEqual([...new Set(many.map(outcome))], ['input maxItems']);
      const short = await store(Array.from({ length: 60 }, (_, i) => ({ id: 100 + i, name: i ? 'x' : 'Long' })));
      assert.equal(short.filter((x) => x.code === 'BAD_USER_INPUT').length, 60, 'too many to tell');
      const together = await store([{ id: 100, name: 'All' }, { id: 101, name: 'x' }], '@atomic');
      assert.deepEqual(together.map((x) => x.code), ['BAD_USER_INPUT', 'BAD_USER_INPUT']);
      assert.equal(await f.pg.sql('select count(*) from member where id >= 100'), '0');
    });
  });
  it('says nothing about fields that are skipped', async () => {
    const query = 'query ($s: Boolean!) { member(name: "toolong") @skip(if: $s) { id } members { id } }';
    assert.equal((await post(query, { s: true })).errors, undefined);
    assert.equal((await post(query, { s: false })).errors.length, 1);
  });

  it('rules that make no sense do not compile', async () => {
    const { code, text } = await f.check(`
type Member @source(relation: "member") { id: Int! name: String! }
type Query { member(
  a: String @constraint(pattern: "a(b")
  b: Int @constraint(maxLength: 3)
  c: String @constraint(min: 3)
  d: String @constraint(minItems: 1)
  e: String @constraint(format: "emial")
  f: String @prepare(lowercase: true, uppercase: true)
  g: String @constraint(minLength: 3, maxLength: 2)
  h: Int @prepare(trim: true)
  id: Int
): Member }`);
    assert.notEqual(code, 0);
    assert.match(text, /4:38: error: The pattern can't be read: missing closing parenthesis/);
    assert.match(text, /"maxLength" of @constraint is for texts, but "b" is Int\./);
    assert.match(text, /"min" of @constraint is for numbers, but "c" is String\./);
    assert.match(text, /"minItems" of @constraint is for lists, but "d" is String\./);
    assert.match(text, /The format "emial" is not known\.[^]*Did you mean "email"\?/);
    assert.match(text, /"f" can't be put in lower and in upper case\./);
    assert.match(text, /No value of "g" can be allowed/);
    assert.match(text, /"trim" of @prepare is for texts, but "h" is Int\./);
  });
});

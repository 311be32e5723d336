// Functions in every form that the program says it takes, every status word and every SQLSTATE, against PostgreSQL.
// What must be covered is what `fraiseql help --markdown functions|statuses|sqlstates` prints: nothing may be missing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';
import { inherited, program } from './lib/server.mjs';

/** The rows of a table that the program prints, as lists of cells. */
function printed(topic) {
  const text = execFileSync(program, ['help', '--markdown', topic], { env: inherited, encoding: 'utf8' });
  return text.trimEnd().split('\n').slice(2).map((line) => line.slice(2, -2).split(' | ').map((cell) => cell.trim()));
}

const TYPES = `
create type mood as enum ('good', 'very_bad');
create domain short_text as text check (length(value) <= 5);
create type point3 as (x int, y int, label text, at timestamptz, mood mood, raw bytea);
create table tb_user (pk_user int generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(), name text not null, age int, secret text);
create table tb_pet (id uuid primary key default gen_random_uuid(), owner_id uuid not null, name text not null);
create view v_user as select id, jsonb_build_object('id', id, 'name', name, 'age', age, 'loud', upper(name)) as data
  from tb_user;
create table plain (id int primary key, name text not null);
create type outcome as (status mood, message text);
`;

const SHARED = `
scalar Nothing
type User @source(relation: "v_user") { id: UUID! name: String! age: Int loud: String!
  pets: [Pet!]! @relation(fields: ["id"], references: ["owner_id"]) }
type Pet @source(relation: "tb_pet") { id: UUID! name: String! }
type Plain @source(relation: "plain") { id: Int! name: String! }
enum Mood { GOOD VERY_BAD }
input UserInput { name: String! age: Int }
input PointInput { x: Int y: Int label: String at: DateTime mood: Mood raw: Bytes }
type UserSuccess { user: User status: String message: String id: ID updatedFields: [String!] note: String pets: Int }
type UserError { code: String! status: String message: String! errors: [FieldError!] conflictUser: User note: String }
type FieldError { path: [String!] code: String message: String }
union UserResult = UserSuccess | UserError
type PlainSuccess { plain: Plain! }
union PlainResult = PlainSuccess | UserError
type Done { status: String! }
union DoneResult = Done | UserError
type Counts { total: Int low: Int }
type Stat { day: Date n: BigInt }
type Query { users: [User!]! plains: [Plain!]! }
`;

const INSERT = `insert into tb_user (name, age) values ($1, $2) returning`;

// form: "takes" or "returns" and the name of the printed row. `want` is the answer's data.
const FORMS = [
  { form: 'takes nothing', field: 'a1: Int', sql: `fn_a1() returns int language sql as 'select 7'`, query: 'a1',
  want: 7 },
  {
    form: 'takes one jsonb', field: 'a2(input: UserInput!): JSON', call: 'a2(input: {name: "Mira"})',
    sql: `fn_a2(input jsonb) returns jsonb language sql as 'select input'`, want: { name: 'Mira' },
  },
  {
    form: 'takes one jsonb', field: 'a2b(userId: Int!, petName: String): JSON', call: 'a2b(userId: 1, petName: null)',
    sql: `fn_a2b(x jsonb) returns jsonb language sql as 'select x'`, want: { user_id: 1, pet_name: null },
  },
  {
    form: 'takes one json', field: 'a3(input: UserInput!): JSON', call: 'a3(input: {name: "M", age: null})',
    sql: `fn_a3(input json) returns json language sql as 'select input'`, want: { name: 'M', age: null },
  },
  {
    form: 'takes typed parameters', field: 'a4(input: UserInput!): String', call: 'a4(input: {age: 3, name: "M"})',
    sql: `fn_a4(age int, name text) returns text language sql as 'select name || age'`, want: 'M3',
  },
  {
    form: 'takes prefixed parameters', field: 'a5(name: String!, age: Int!): String', call: 'a5(name: "M", age: 3)',
    sql: `fn_a5(p_name text, in_age int) returns text language sql as 'select p_name || in_age'`, want: 'M3',
  },
  {
    form: 'takes parameters with defaults', field: 'a6(name: String, age: Int): String', call: 'a6(name: "M")',
    sql: `fn_a6(name text default 'x', age int default 9) returns text language sql
      as $$ select coalesce(name, 'none') || coalesce(age::text, 'none') $$`, want: 'M9',
  },
  { form: 'takes parameters with defaults', reuse: 'a6', call: 'a6(name: null)', want: 'none9' },
  {
    form: 'takes values of the session', field: 'a7(name: String!): String', call: 'a7(name: "M")',
    directive: 'context: ["tenant_id", "user_id"]',
    sql: `fn_a7(tenant uuid, who text, name text) returns text language sql
      as $$ select name || coalesce(tenant::text, ' no tenant') || coalesce(who, ' nobody') $$`,
    want: 'M no tenant nobody',
  },
  {
    form: 'takes arrays', field: 'a8(names: [String], ages: [Int!]!): String',
    call: 'a8(names: ["a", null, "b\\"c,"], ages: [1, 2])',
    sql: `fn_a8(names text[], ages int[]) returns text language sql
      as $$ select array_to_string(names, '|', '-') || array_length(ages, 1) $$`, want: 'a|-|b"c,2',
  },
  {
    form: 'takes enums and domains', field: 'a9(mood: Mood!, code: String!): String',
    call: 'a9(mood: VERY_BAD, code: "ab")',
    sql: `fn_a9(mood mood, code short_text) returns text language sql as $$ select mood::text || code::text $$`,
    want: 'very_badab',
  },
  {
    form: 'takes a composite', field: 'a10(input: PointInput!): String',
    call: 'a10(input: {x: 1, label: "l", at: "2026-01-02T03:04:05Z", mood: VERY_BAD, raw: "AQI="})',
    sql: `fn_a10(p point3) returns text language sql
      as $$ select concat_ws(',', p.x, p.y is null, p.label, p.at at time zone 'UTC', p.mood, p.raw) $$`,
    want: '1,t,l,2026-01-02 03:04:05,very_bad,\\x0102',
  },
  {
    form: 'takes a composite', field: 'a10b(first: PointInput, second: PointInput): String',
    call: 'a10b(first: {x: 1})',
    sql: `fn_a10b(first point3, second point3 default null) returns text language sql
      as $$ select concat_ws(',', first.x, second is null) $$`, want: '1,t',
  },
  {
    form: 'takes an array of composites', field: 'a11(points: [PointInput!]): String',
    call: 'a11(points: [{x: 1}, {x: 2, label: "b"}])',
    sql: `fn_a11(points point3[]) returns text language sql
      as $$ select coalesce(
        (select string_agg(x || coalesce(label, '-'), ',') from unnest(points)), 'null' || cardinality(points)) $$`,
    want: '1-,2b',
  },
  { form: 'takes an array of composites', reuse: 'a11', call: 'a11(points: [])', want: 'null0' },
  { form: 'takes an array of composites', reuse: 'a11', call: 'a11(points: null)', want: null },
  {
    form: 'takes a jsonb among others', field: 'a12(id: Int!, extra: JSON, input: UserInput): String',
    call: 'a12(id: 1, extra: {a: [1]}, input: {name: "n"})',
    sql: `fn_a12(id int, extra jsonb, input jsonb) returns text language sql
      as $$ select id || (extra->>'a') || (input->>'name') $$`, want: '1[1]n',
  },
  {
    form: 'takes overloads', field: 'a13(a: String!): String', call: 'a13(a: "x")',
    sql: `fn_a13(a text) returns text language sql as $$ select 'text' $$;
      create function fn_a13(a int) returns text language sql as $$ select 'int' $$;
      create function fn_a13(a text, b int) returns text language sql as $$ select 'two' $$`, want: 'text',
  },
  {
    form: 'takes overloads', field: 'a13b(a: Int!): String', function: 'fn_a13', call: 'a13b(a: 1)', want: 'int',
  },
  {
    form: 'takes overloads', field: 'a13c(a: String!, b: Int!): String', function: 'fn_a13',
    call: 'a13c(a: "x", b: 1)', want: 'two',
  },
  {
    form: 'takes overloads', field: 'a14(input: UserInput!): String', function: 'fn_a14(jsonb)',
    call: 'a14(input: {name: "n"})',
    sql: `fn_a14(input jsonb) returns text language sql as $$ select 'json' $$;
      create function fn_a14(name text, age int) returns text language sql as $$ select 'typed' $$`, want: 'json',
  },
  {
    form: 'takes overloads', field: 'a14b(input: UserInput!): String', function: 'fn_a14(text, integer)',
    call: 'a14b(input: {name: "n"})', want: 'typed',
  },
  {
    form: 'returns fraiseql.mutation_result', field: 'b1(input: UserInput!): UserResult!',
    call: 'b1(input: {name: "Mira", age: 3})',
    select: `... on UserSuccess { user { name loud } status message updatedFields note pets }`,
    sql: `fn_b1(name text, age int) returns fraiseql.mutation_result language plpgsql as $$
      declare made v_user;
      begin
        insert into tb_user (name, age) values (fn_b1.name, fn_b1.age);
        select * into made from v_user where data->>'name' = fn_b1.name limit 1;
        return ('created', 'Hello', made.id, made.data, array['name', 'age'],
          '{"note": "n", "pets": 2}')::fraiseql.mutation_result;
      end $$`,
    want: {
      user: { name: 'Mira', loud: 'MIRA' }, status: 'created', message: 'Hello', updatedFields: ['name', 'age'],
      note: 'n',
      pets: 2,
    },
  },
  {
    form: 'returns fraiseql.mutation_result', reuse: 'b1', call: 'b1(input: {name: "Related"})',
    select: '... on UserSuccess { user { name pets { name } } }', want: { user: { name: 'Related', pets: [] } },
  },
  {
    form: 'returns fraiseql.mutation_result', field: 'b1b(name: String!): UserResult!', call: 'b1b(name: "No entity")',
    select: '... on UserSuccess { user { name loud } status }',
    sql: `fn_b1b(name text) returns fraiseql.mutation_result language plpgsql as $$
      declare new_id uuid;
      begin
        insert into tb_user (name) values (fn_b1b.name) returning id into new_id;
        return ('created', null, new_id, null, null, null)::fraiseql.mutation_result;
      end $$`, want: { user: { name: 'No entity', loud: 'NO ENTITY' }, status: 'created' },
  },
  {
    form: 'returns fraiseql.mutation_result', field: 'b1d(name: String!): UserResult!',
    call: 'b1d(name: "Entity only")',
    select: '... on UserSuccess { user { name pets { name } } }',
    sql: `fn_b1d(name text) returns fraiseql.mutation_result language plpgsql as $$
      declare made v_user;
      begin
        insert into tb_user (name) values (fn_b1d.name) returning id into made.id;
        select * into made from v_user where id = made.id;
        return ('created', null, null, made.data, null, null)::fraiseql.mutation_result;
      end $$`, want: { user: { name: 'Entity only', pets: [] } },
  },
  {
    form: 'returns fraiseql.mutation_result', field: 'b1c: UserResult!', call: 'b1c',
    select: '... on UserSuccess { user { name } status }',
    sql: `fn_b1c() returns fraiseql.mutation_result language sql as
      $$ select ('deleted', null, gen_random_uuid(), null, null, null)::fraiseql.mutation_result $$`,
    want: { user: null, status: 'deleted' },
  },
  {
    form: 'returns a row with a status', field: 'b2(name: String!): UserResult!', call: 'b2(name: "m")',
    select: '... on UserError { code status message note }',
    sql: `fn_b2(name text) returns table (status text, message text, metadata jsonb) language sql
      as $$ select 'blocked:name', 'Not that name.', '{"note": "n", "code": "never"}'::jsonb $$`,
    want: { code: 'BLOCKED', status: 'blocked:name', message: 'Not that name.', note: 'n' },
  },
  {
    form: 'returns a row with a status', field: 'b2b(name: String!): UserResult!', call: 'b2b(name: "By id only")',
    select: '... on UserSuccess { user { name loud } status }',
    sql: `fn_b2b(name text, out status text, out message text, out id uuid) language plpgsql as $$
      begin
        insert into tb_user (name) values (fn_b2b.name) returning tb_user.id into id;
        status := 'created';
      end $$`,
    want: { user: { name: 'By id only', loud: 'BY ID ONLY' }, status: 'created' },
  },
  {
    form: 'returns a row with a status', field: 'b2c: UserResult!', call: 'b2c',
    select: '... on UserError { code message }',
    sql: `fn_b2c() returns fraiseql.mutation_result language sql as 'select null::fraiseql.mutation_result'`,
    want: { code: 'MUTATION_FAILED', message: 'The function returned no row.' },
  },
  {
    form: 'returns a set of results', field: 'b17(input: [UserInput!]!): [UserResult!]!',
    call: 'b17(input: [{name: "S1", age: 1}, {name: "taken"}, {name: "S2"}])',
    select: `__typename ... on UserSuccess { status user { name age } note }
      ... on UserError { code word: status text: message conflictUser { name } }`,
    sql: `fn_b17(input jsonb) returns setof fraiseql.mutation_result language plpgsql as $$
      declare
        item record;
        made v_user;
      begin
        for item in select * from jsonb_to_recordset(input) i(name text, age int) loop
          if item.name = 'broken' then
            raise exception 'broken %', item.age;
          elsif item.name = 'taken' then
            return next ('conflict:name', 'Taken.', null, null, null, '{"conflict": {"name": "T"}}')
              ::fraiseql.mutation_result;
          else
            insert into tb_user (name, age) values (item.name, item.age) returning id into made.id;
            select * into made from v_user where id = made.id;
            return next ('created', null, made.id, made.data, null, '{"note": "n"}')::fraiseql.mutation_result;
          end if;
        end loop;
      end $$`,
    want: [
      { __typename: 'UserSuccess', status: 'created', user: { name: 'S1', age: 1 }, note: 'n' },
      {
        __typename: 'UserError', code: 'CONFLICT', word: 'conflict:name', text: 'Taken.', conflictUser: { name: 'T' },
      },
      { __typename: 'UserSuccess', status: 'created', user: { name: 'S2', age: null }, note: 'n' },
    ],
  },
  {
    form: 'returns a set of results', reuse: 'b17', call: 'b17(input: [{name: "R1"}, {name: "taken"}, {name: "R2"}])',
    select: '... on UserSuccess { user { name pets { name } } } ... on UserError { code }',
    want: [{ user: { name: 'R1', pets: [] } }, { code: 'CONFLICT' }, { user: { name: 'R2', pets: [] } }],
  },
  { form: 'returns a set of results', reuse: 'b17', call: 'b17(input: [])', select: '__typename', want: [] },
  {
    form: 'returns a set of results', field: 'b17b(names: [String!]!): [UserResult!]!',
    call: 'b17b(names: ["I1", "I2"])', select: '... on UserSuccess { status user { name loud } }',
    sql: `fn_b17b(names text[]) returns table (status text, message text, id uuid) language sql as $$
      with made as (insert into tb_user (name) select unnest(names) returning id, name)
      select 'created', null, id from made order by name $$`,
    want: [{ status: 'created', user: { name: 'I1', loud: 'I1' } },
      { status: 'created', user: { name: 'I2', loud: 'I2' } }],
  },
  {
    form: 'returns a set of results', field: 'b17c(input: [UserInput!]!): [User!]!', function: 'fn_b17',
    call: 'b17c(input: [{name: "E1"}, {name: "E2"}])', select: 'name loud', want: [{ name: 'E1', loud: 'E1' },
      { name: 'E2', loud: 'E2' }],
  },
  {
    form: 'returns a set of results', field: 'b17d: [UserResult!]', call: 'b17d',
    select: '... on UserSuccess { user { name } } ... on UserError { code }',
    sql: `fn_b17d() returns setof jsonb language sql as $$ values ('{"name": "J1"}'::jsonb),
      ('{"status": "failed:x"}'), (null), ('{"status": "ok", "entity": {"name": "J2"}}') $$`,
    want: [{ user: { name: 'J1' } }, { code: 'MUTATION_FAILED' }, { code: 'NOT_FOUND' }, { user: { name: 'J2' } }],
  },
  {
    form: 'returns a set of results', field: 'b17e(n: Int!): [PlainResult!]!', call: 'b17e(n: 2)',
    select: '... on PlainSuccess { plain { id } }',
    sql: `fn_b17e(n int) returns setof plain language sql as $$ select i, 'x' from generate_series($1, 1, -1) i $$`,
    want: [{ plain: { id: 2 } }, { plain: { id: 1 } }],
  },
  {
    form: 'returns the row of FraiseQL 0.11', field: 'b3: UserResult!', call: 'b3',
    select: '__typename ... on UserSuccess { id user { name } updatedFields note }',
    types: `create type mutation_result_0_11 as (id uuid, updated_fields text[], status text, message text,
      object_data jsonb, extra_metadata jsonb);`,
    sql: `fn_b3() returns mutation_result_0_11 language sql as $$
      select '00000000-0000-0000-0000-000000000001'::uuid, array['name'], 'new', 'm',
        '{"id": "00000000-0000-0000-0000-000000000001", "name": "Old"}'::jsonb, '{"note": "x"}'::jsonb $$`,
    want: {
      __typename: 'UserSuccess', id: '00000000-0000-0000-0000-000000000001', user: { name: 'Old' },
      updatedFields: ['name'], note: 'x',
    },
  },
  {
    form: 'returns the row of FraiseQL 0.11', field: 'b3b: UserResult!', call: 'b3b',
    select: '... on UserError { code status conflictUser { name } errors { code } }',
    sql: `fn_b3b() returns mutation_result_0_11 language sql as $$
      select null::uuid, null::text[], 'conflict:name', 'm', null::jsonb,
        '{"errors": [{"code": "409", "details": {"conflict": {"conflictObject": {"name": "Taken"}}}}]}'::jsonb $$`,
    want: { code: 'CONFLICT', status: 'conflict:name', conflictUser: { name: 'Taken' }, errors: [{ code: '409' }] },
  },
  {
    form: 'returns jsonb with a status', field: 'b4(fail: Boolean!): UserResult!', call: 'b4(fail: false)',
    select: '... on UserSuccess { user { name } message note }',
    sql: `fn_b4(fail boolean) returns jsonb language sql as $$ select case when fail
      then '{"status": "conflict:x", "message": "no", "metadata": {"conflict": {"name": "T"}}}'::jsonb
      else '{"status": "ok", "message": "yes", "entity": {"name": "J"}, "metadata": {"note": "n"}}' end $$`,
    want: { user: { name: 'J' }, message: 'yes', note: 'n' },
  },
  {
    form: 'returns jsonb with a status', field: 'b4b(status: String): UserResult!', call: 'b4b(status: "ok")',
    select: '... on UserSuccess { user { name pets { name } } }',
    sql: `fn_b4b(status text default null) returns jsonb language plpgsql as $$
      declare made v_user;
      begin
        insert into tb_user (name) values ('In JSON') returning id into made.id;
        select * into made from v_user where id = made.id;
        return case when fn_b4b.status is null then made.data
          else jsonb_build_object('status', fn_b4b.status, 'entity', made.data) end;
      end $$`, want: { user: { name: 'In JSON', pets: [] } },
  },
  {
    form: 'returns jsonb with a status', reuse: 'b4b', call: 'b4b',
    select: '... on UserSuccess { user { name pets { name } } }', want: { user: { name: 'In JSON', pets: [] } },
  },
  {
    form: 'returns jsonb with a status', reuse: 'b4', call: 'b4(fail: true)',
    select: '... on UserError { code message conflictUser { name } }',
    want: { code: 'CONFLICT', message: 'no', conflictUser: { name: 'T' } },
  },
  {
    form: "returns a table's row", field: 'b5(id: Int!, name: String!): PlainResult!', call: 'b5(id: 1, name: "one")',
    select: '... on PlainSuccess { plain { id name } }',
    sql: `fn_b5(id int, name text) returns plain language sql as 'insert into plain values ($1, $2) returning *'`,
    want: { plain: { id: 1, name: 'one' } },
  },
  {
    form: "returns a table's row", field: 'b5b(id: Int!, name: String!): Plain!', call: 'b5b(id: 2, name: "two")',
    select: 'id name', sql: `fn_b5b(id int, name text) returns plain language sql
      as 'insert into plain values ($1, $2) returning *'`, want: { id: 2, name: 'two' },
  },
  {
    form: "returns a table's row", field: 'b5c(name: String!): UserResult!', call: 'b5c(name: "In the view")',
    select: '... on UserSuccess { status user { name loud } }',
    sql: `fn_b5c(name text) returns v_user language plpgsql as $$
      declare made uuid; found_row v_user;
      begin
        insert into tb_user (name) values (fn_b5c.name) returning id into made;
        select * into found_row from v_user where id = made;
        return found_row;
      end $$`, want: { status: 'success', user: { name: 'In the view', loud: 'IN THE VIEW' } },
  },
  {
    form: 'returns a composite', field: 'b6: Counts', call: 'b6', select: 'total low',
    types: 'create type counts as (total int, low int);',
    sql: `fn_b6() returns counts language sql as 'select 3, 1'`, want: { total: 3, low: 1 },
  },
  {
    form: 'returns OUT parameters', field: 'b7(n: Int!): Counts', call: 'b7(n: 4)', select: 'total low',
    sql: `fn_b7(n int, out total int, out low int) language sql as 'select n, 0'`, want: { total: 4, low: 0 },
  },
  {
    form: 'returns no row', field: 'b8(id: Int!): Plain', call: 'b8(id: 99)', select: 'id name',
    sql: `fn_b8(id int) returns plain language sql as 'select * from plain where plain.id = $1'`, want: null,
  },
  {
    form: 'returns no row', field: 'b8b(id: Int!): PlainResult!', function: 'fn_b8', call: 'b8b(id: 99)',
    select: '... on UserError { code status message }',
    want: { code: 'NOT_FOUND', status: 'not_found', message: 'There is no such entity.' },
  },
  {
    form: 'returns no row', field: 'b8c(id: Int!): PlainResult!', call: 'b8c(id: 99)',
    select: '... on UserError { code }',
    sql: `fn_b8c(id int) returns setof plain language sql as 'select * from plain where plain.id = $1'`,
    want: { code: 'NOT_FOUND' },
  },
  {
    form: 'returns an id', field: 'b9(name: String!, age: Int): User!', call: 'b9(name: "By id", age: 5)',
    select: 'name age loud pets { name }', sql: `fn_b9(name text, age int) returns uuid language sql as '${INSERT} id'`,
    want: { name: 'By id', age: 5, loud: 'BY ID', pets: [] },
  },
  {
    form: 'returns an id', field: 'b9b(name: String!, age: Int): UserResult!', function: 'fn_b9',
    call: 'b9b(name: "And in a union")',
    select: '... on UserSuccess { user { loud } }', want: { user: { loud: 'AND IN A UNION' } },
  },
  {
    form: 'returns an id', field: 'b9c: UserResult!', call: 'b9c', select: '... on UserError { code }',
    sql: `fn_b9c() returns uuid language sql as 'select null::uuid'`, want: { code: 'NOT_FOUND' },
  },
  {
    form: 'returns a row without all columns', field: 'b10(name: String!, age: Int): User',
    call: 'b10(name: "Of the table")',
    select: 'name loud', sql: `fn_b10(name text, age int) returns tb_user language sql as '${INSERT} *'`,
    want: { name: 'Of the table', loud: 'OF THE TABLE' },
  },
  {
    form: 'returns a row without all columns', field: 'b10b(name: String!, age: Int): UserResult!', function: 'fn_b10',
    call: 'b10b(name: "Again")', select: '... on UserSuccess { user { loud } }', want: { user: { loud: 'AGAIN' } },
  },
  {
    form: 'returns a set of rows', field: 'b11(n: Int!): [Stat!]!', call: 'b11(n: 2)', select: 'day n',
    sql: `fn_b11(n int) returns table (day date, n bigint) language sql
      as $$ select date '2026-01-01' + i, i from generate_series(1, $1) i $$`,
    want: [{ day: '2026-01-02', n: '1' }, { day: '2026-01-03', n: '2' }],
  },
  {
    form: 'returns a set of rows', field: 'b11b(n: Int!): [Plain!]!', call: 'b11b(n: 250)', select: 'id',
    sql: `fn_b11b(n int) returns setof plain language sql
      as $$ select i, 'n' || i from generate_series($1, 1, -1) i $$`,
    want: Array.from({ length: 250 }, (_, i) => ({ id: 250 - i })),
  },
  {
    form: 'returns a set of rows', field: 'b11c(n: Int!): [Plain!]! @list(defaultLimit: 2, defaultOrder: "name")',
    function: 'fn_b11b', call: 'b11c(n: 9)', select: 'id', want: [{ id: 1 }, { id: 2 }],
  },
  {
    form: 'returns a document', field: 'b12: Counts', call: 'b12', select: 'low total',
    sql: `fn_b12() returns jsonb language sql as $$ select '{"total": 1, "low": 2, "more": 3}'::jsonb $$`,
    want: { low: 2, total: 1 },
  },
  {
    form: 'returns a document', field: 'b12b: UserResult!', call: 'b12b',
    select: '... on UserSuccess { user { name } }',
    sql: `fn_b12b() returns json language sql as $$ select '{"name": "D"}'::json $$`, want: { user: { name: 'D' } },
  },
  {
    form: 'returns a set of documents', field: 'b12c(n: Int!): [Counts!]!', call: 'b12c(n: 150)', select: 'low total',
    sql: `fn_b12c(n int) returns setof jsonb language sql
      as $$ select jsonb_build_object('low', i, 'total', $1) from generate_series($1, 1, -1) i $$`,
    want: Array.from({ length: 150 }, (_, i) => ({ low: 150 - i, total: 150 })),
  },
  {
    form: 'returns a set of documents', field: 'b12d(n: Int!): [Counts!]!', call: 'b12d(n: 0)', select: 'low',
    function: 'fn_b12c', want: [],
  },
  {
    form: 'returns a set of documents', field: 'b12e: [Counts]', call: 'b12e', select: 'total',
    sql: `fn_b12e() returns setof json language sql as $$ values ('{"total": 1}'::json), (null), ('null') $$`,
    want: [{ total: 1 }, null, null],
  },
  {
    form: 'returns an array of documents', field: 'b12f: [Counts!]', call: 'b12f', select: 'total low',
    sql: `fn_b12f() returns jsonb[] language sql as $$ select array['{"total": 1}', '{"low": 2}']::jsonb[] $$`,
    want: [{ total: 1, low: null }, { total: null, low: 2 }],
  },
  {
    form: 'returns a value', field: 'b13: DateTime', call: 'b13',
    sql: `fn_b13() returns timestamptz language sql as $$ select timestamptz '2026-01-02 03:04:05+00' $$`,
    want: '2026-01-02T03:04:05+00:00',
  },
  {
    form: 'returns an array', field: 'b14: [Mood!]', call: 'b14',
    sql: `fn_b14() returns mood[] language sql as $$ select '{good,very_bad}'::mood[] $$`, want: ['GOOD', 'VERY_BAD'],
  },
  {
    form: 'returns a set of values', field: 'b15: [Int!]', call: 'b15',
    sql: `fn_b15() returns setof int language sql as 'select generate_series(1, 3)'`, want: [1, 2, 3],
  },
  { form: 'returns nothing', field: 'b16: Boolean!', call: 'b16', sql: `fn_b16() returns void language sql as ''`,
  want: true },
  { form: 'returns nothing', field: 'b16b: Int', function: 'fn_b16', call: 'b16b', want: null },
  {
    form: 'returns nothing', field: 'b16c: DoneResult!', function: 'fn_b16', call: 'b16c',
    select: '... on Done { status }',
    want: { status: 'success' },
  },
];

const nameOf = (c) => c.field.match(/^\w+/)[0];

const STATUS = `
create function fn_status(status text) returns fraiseql.mutation_result language sql
  as $$ select ($1, null, null, null, null, null)::fraiseql.mutation_result $$;
create function fn_json_status(status text) returns jsonb language sql
  as $$ select jsonb_build_object('status', status, 'message', null) $$;
create function fn_raise(state text) returns fraiseql.mutation_result language plpgsql as $$
begin
  raise exception 'secret %', state using errcode = state;
end $$;
create table gap (id int primary key generated always as identity, word text);
create function fn_gap() returns int language sql as 'insert into gap default values returning id';
create function fn_gap_row() returns fraiseql.mutation_result language sql as $$
  with made as (insert into gap default values returning *)
  select ('created', null, null, to_jsonb(made), null, null)::fraiseql.mutation_result from made $$;
create table document (id int primary key, data jsonb);
insert into document values (1, 'null'), (2, null), (3, '[1]'), (4, '{"a": 1}');
create function fn_document(id int) returns document language sql as 'select * from document d where d.id = $1';
create function fn_echo(s text) returns text stable language sql as 'select s';
create function fn_named(s text) returns setof plain stable language sql as 'select * from plain where name = s';
create function fn_ranked(n int) returns setof plain stable language sql
  as $$ select i, 'n' || i from generate_series($1, 1, -1) i $$;
create function fn_documents(n int) returns setof jsonb stable language sql
  as $$ select to_jsonb(x) from fn_ranked(n) x $$;
create function fn_word(s text) returns fraiseql.mutation_result stable language sql
  as $$ select ($1, null, null, null, null, null)::fraiseql.mutation_result $$;
`;
const ASKED_SDL = `
type Gap @source(relation: "gap") { id: Int! word: String!
  again: [Gap!]! @relation(fields: ["id"], references: ["id"]) }
type Document @source(relation: "document") { id: Int! a: Int }
type DocumentSuccess { document: Document! }
input NewGap { word: String }
union WholeResult = Gap | UserError
type GapDone { gap: Gap }
type GapMade { gap: Gap! }
union GapResult = GapDone | UserError
union MadeResult = GapMade | UserError
union DocumentResult = DocumentSuccess | UserError
extend type Mutation {
  maybeUsers(input: [UserInput!]!): [User] @function(name: "fn_b17")
  document(id: Int!): DocumentResult! @function(name: "fn_document")
  gap: Gap @function(name: "fn_gap")
  doneGap: GapResult @function(name: "fn_gap")
  madeGap: MadeResult @function(name: "fn_gap")
  madeGapOnly: GapMade @function(name: "fn_gap_row")
  writeGap: GapResult @write(table: "gap", action: INSERT)
  writeMade: MadeResult @write(table: "gap", action: INSERT)
  writeGaps(input: [NewGap!]!): [GapResult!]! @write(table: "gap", action: INSERT)
  writeMades(input: [NewGap!]!): [MadeResult] @write(table: "gap", action: INSERT)
  writeWhole(input: [NewGap!]!): [WholeResult] @write(table: "gap", action: INSERT)
  wholeGap: Gap! @function(name: "fn_gap")
}
extend type Query {
  echo(s: String!): String @function(name: "fn_echo")
  named(s: String!): [Plain!] @function(name: "fn_named")
  word(s: String!): Done @function(name: "fn_word")
  ranked(n: Int!): [Plain!] @function(name: "fn_ranked")
  few(n: Int!): [Plain!] @function(name: "fn_ranked") @list(defaultLimit: 3, defaultOrder: "name DESC")
  documents(n: Int!): [Plain!] @function(name: "fn_documents")
}
`;
const STATUS_SDL = `
  status(status: String): DoneResult! @function(name: "fn_status")
  jsonStatus(status: String): DoneResult! @function(name: "fn_json_status")
  plainStatus(status: String!): Done @function(name: "fn_status")
  otherStatus(status: String!): DoneResult! @function(name: "fn_status")
    @status(match: "noop", means: CONFLICT) @status(match: "failed:soft", means: SUCCESS)
    @status(match: "queued", means: SUCCESS)
  raise(state: String!): DoneResult! @function(name: "fn_raise")
  plainRaise(state: String!): Done @function(name: "fn_raise")
`;

describe('functions', () => {
  let f;
  const own = FORMS.filter((c) => c.field);
  const create = (c) => (c.types ?? '') + (c.sql ? `create function ${c.sql};` : '');
  const sql = [TYPES, ...own.map(create), STATUS].join('\n');
  const sdl = `${SHARED.replace('scalar Nothing\n', '')} type Mutation {\n${own.map((c) =>
    `  ${c.field} @function(name: "${c.function ?? `fn_${nameOf(c)}`}"${c.directive ? `, ${c.directive}` : ''})`)
    .join('\n')}\n${STATUS_SDL}} ${ASKED_SDL}`;
  before(async () => { f = await Fixture.start({ sql, sdl, args: ['--no-errors-debug', '--writes-retries', '0'] }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const table = [];
  const post = async (query, variables) => (await f.server.post({ query, variables })).body;

  describe('forms', () => {
    for (const c of FORMS) {
      const call = c.call ?? c.query;
      it(`${c.form}: ${call}`, async () => {
        const body = await post(`mutation { it: ${call} ${c.select ? `{ ${c.select} }` : ''} }`);
        assert.deepEqual(body, { data: { it: c.want } });
        table.push(['function', c.form, call]);
      });
    }
    it('none is missing', () => {
      const all = printed('functions').map(([side, form]) => `${side} ${form}`);
      const tried = new Set(FORMS.map((c) => c.form));
      assert.deepEqual(all.filter((form) => !tried.has(form)), []);
      assert.deepEqual([...tried].filter((form) => !all.includes(form)), []);
    });
  });

  describe('statuses', () => {
    const rows = printed('statuses');
    for (const [words, side, code, doc] of rows) {
      const known = [...words.matchAll(/`([^`]+)`/g)].map(([, word]) => word.replace('…', 'reason_1'));
      for (const word of known.length ? known : ['okay', 'OK', 'noops', 'not_foundx', 'created:x', 'x:y']) {
        it(`${word}: ${side}`, async () => {
          const { data } = await post(
            `mutation ($s: String!) { status(status: $s) {
              __typename ... on Done { status } ... on UserError { code word: status message } } }`,
            { s: word });
          if (side === 'success') assert.deepEqual(data.status, { __typename: 'Done', status: word });
          else assert.deepEqual(data.status, { __typename: 'UserError', code: code.slice(1, -1), word, message: doc });
          const plain = await post('mutation ($s: String!) { plainStatus(status: $s) { status } }', { s: word });
          if (side === 'success') assert.deepEqual(plain, { data: { plainStatus: { status: word } } });
          else assert.equal(plain.errors[0].extensions.code, code.slice(1, -1));
          table.push(['status', word, side === 'success' ? side : code.slice(1, -1)]);
        });
      }
    }
    it('none is an error, too', async () => {
      const want = { code: 'MUTATION_FAILED', message: 'The function gave no status.' };
      for (const [field, values] of [['status', ['']], ['jsonStatus', [null]]]) {
        for (const s of values) {
          const { data } = await post(
            `mutation ($s: String) { it: ${field}(status: $s) { ... on UserError { code message } } }`, { s });
          assert.deepEqual(data, { it: want }, `${field} ${s}`);
        }
      }
    });
    it('@status says otherwise', async () => {
      const of = async (s) => (await post(
        'mutation ($s: String!) { otherStatus(status: $s) { ... on Done { status } ... on UserError { code } } }',
        { s }))
        .data.otherStatus;
      assert.deepEqual(await of('noop:unchanged'), { code: 'CONFLICT' });
      assert.deepEqual(await of('noop'), { code: 'CONFLICT' });
      assert.deepEqual(await of('failed:soft'), { status: 'failed:soft' });
      assert.deepEqual(await of('failed:hard'), { code: 'MUTATION_FAILED' });
      assert.deepEqual(await of('queued'), { status: 'queued' });
      assert.deepEqual(await of('ok'), { status: 'ok' });
    });
  });

  describe('SQLSTATEs', () => {
    const SAMPLES = {
      '22…': ['22000', '22001', '22P02', '22012'], '08…': ['08000', '08006'], '53…': ['53100', '53300'],
    };
    for (const [cell, code] of printed('sqlstates')) {
      const state = cell.replaceAll('`', '');
      for (const sample of SAMPLES[state] ?? [state === 'any other' ? 'XX000' : state]) {
        it(`${sample}: ${code}`, async () => {
          const want = sample === '23503' ? '`BAD_USER_INPUT`' : code; // raised without saying what it refers to
          const { data, errors } = await post(
            'mutation ($s: String!) { raise(state: $s) { ... on UserError { code } } }', { s: sample });
          const typed = !['`INTERNAL`', '`UNAVAILABLE`'].includes(want);
          if (typed) assert.deepEqual(data, { raise: { code: want.slice(1, -1) } });
          else assert.equal(errors[0].extensions.code, want.slice(1, -1));
          const plain = await post('mutation ($s: String!) { plainRaise(state: $s) { status } }', { s: sample });
          assert.equal(plain.errors[0].extensions.code, want.slice(1, -1));
          assert.deepEqual(plain.errors[0].path, ['plainRaise']);
          table.push(['SQLSTATE', sample, want.slice(1, -1)]);
        });
      }
    }
  });

  // GraphQL §6.4.1: such a variable may stand for String!, and the field alone is refused.
  for (const [field, select] of [['echo', ''], ['named', '{ id }'], ['word', '{ status }']]) {
    it(`null through a variable with a default is an error of the query's field: ${field}`, async () => {
      const query = `query ($s: String = "d") { users { id } it: ${field}(s: $s) ${select} }`;
      const all = (await post('{ users { id } }')).data.users;
      const { data, errors } = await post(query, { s: null });
      assert.deepEqual(data, { users: all, it: null });
      assert.deepEqual(errors.map((e) => [e.path, e.extensions.code]), [[['it'], 'BAD_USER_INPUT']]);
      assert.equal((await post(query)).errors, undefined);
    });
  }
  it('a null that goes out of an entity that was read again is one error', async () => {
    const { data, errors } = await post('mutation { gap { word } }');
    assert.deepEqual(data, { gap: null });
    assert.deepEqual(errors.map((e) => e.path), [['gap', 'word']]);
    const whole = await post('mutation { wholeGap { word } }');
    assert.equal(whole.data, null);
    assert.deepEqual(whole.errors.map((e) => e.path), [['wholeGap', 'word']]);
    for (const [field, member, want] of [['doneGap', 'GapDone', { gap: null }], ['madeGap', 'GapMade', null],
      ['writeGap', 'GapDone', { gap: null }], ['writeMade', 'GapMade', null]]) {
      for (const select of ['word', 'word again { id }']) {
        const of = await post(`mutation { ${field} { ... on ${member} { gap { ${select} } } } }`);
        assert.deepEqual(of.data, { [field]: want });
        assert.deepEqual(of.errors.map((e) => e.path), [[field, 'gap', 'word']]);
      }
    }
    const row = await post('mutation { madeGapOnly { gap { word again { id } } } }');
    assert.deepEqual(row.data, { madeGapOnly: null });
    assert.deepEqual(row.errors.map((e) => e.path), [['madeGapOnly', 'gap', 'word']]);
  });
  it('nor of one of an item', async () => {
    const items = '(input: [{word: "a"}, {}, {word: "c"}])';
    const done = await post(`mutation { writeGaps${items} { ... on GapDone { gap { word } } } }`);
    assert.deepEqual(done.data, { writeGaps: [{ gap: { word: 'a' } }, { gap: null }, { gap: { word: 'c' } }] });
    assert.deepEqual(done.errors.map((e) => e.path), [['writeGaps', 1, 'gap', 'word']]);
    const made = await post(`mutation { writeMades${items} { ... on GapMade { gap { word } } } }`);
    assert.deepEqual(made.data, { writeMades: [{ gap: { word: 'a' } }, null, { gap: { word: 'c' } }] });
    assert.deepEqual(made.errors.map((e) => e.path), [['writeMades', 1, 'gap', 'word']]);
    const whole = await post(`mutation { writeWhole${items} { ... on Gap { word } } }`);
    assert.deepEqual(whole.data, { writeWhole: [{ word: 'a' }, null, { word: 'c' }] });
    assert.deepEqual(whole.errors.map((e) => e.path), [['writeWhole', 1, 'word']]);
  });
  describe('a set of results', () => {
    const ITEMS = '[{name: "Q1"}, {name: "taken"}, {name: "Q2"}]';
    const named = (like) => f.pg.sql(`select count(*) from tb_user where name like '${like}'`);
    it('without an error member: a GraphQL error at the item', async () => {
      const { data, errors } = await post(`mutation { maybeUsers(input: ${ITEMS}) { name } }`);
      assert.deepEqual(data, { maybeUsers: [{ name: 'Q1' }, null, { name: 'Q2' }] });
      assert.deepEqual(errors.map((e) => [e.path, e.extensions.code, e.message]),
        [[['maybeUsers', 1], 'CONFLICT', 'Taken.']]);
      const whole = await post(`mutation { b17c(input: ${ITEMS}) { name } }`);
      assert.equal(whole.data, null);
      assert.deepEqual(whole.errors.map((e) => e.path), [['b17c', 1]]);
    });
    it('an exception undoes all of them', async () => {
      const { data, errors } = await post(
        'mutation { maybeUsers(input: [{name: "X1"}, {name: "broken", age: 7}]) { name } }');
      assert.deepEqual(data, { maybeUsers: null });
      assert.deepEqual(errors.map((e) => [e.path, e.message]), [[['maybeUsers'], 'broken 7']]);
      const typed = await post('mutation { b17(input: [{name: "X1"}, {name: "broken"}]) { __typename } }');
      assert.deepEqual(typed.errors.map((e) => [e.path, e.extensions.code]), [[['b17'], 'MUTATION_FAILED']]);
      assert.equal(await named('X%'), '0');
    });
    it('@atomic: a failed one undoes all', async () => {
      const { data } = await post(`mutation @atomic {
        a: b17(input: [{name: "A1"}, {name: "taken"}]) { ... on UserSuccess { id } ... on UserError { code } }
        b: b17(input: [{name: "A2"}]) { ... on UserSuccess { id } ... on UserError { code } } }`);
      assert.deepEqual(data.a, [{ code: 'ROLLED_BACK' }, { code: 'CONFLICT' }]);
      assert.deepEqual(data.b, [{ code: 'ROLLED_BACK' }]);
      assert.equal(await named('A_'), '0');
      const good = await post(`mutation @atomic { b17(input: [{name: "A1"}]) { ... on UserSuccess { status } } }`);
      assert.deepEqual(good.data, { b17: [{ status: 'created' }] });
    });
  });
  it('an entity without a document is an object all the same', async () => {
    for (let id = 1; id <= 4; id += 1) {
      const { data } = await post(`mutation { document(id: ${id}) { ... on DocumentSuccess { document { id a } } } }`);
      assert.deepEqual(data, { document: { document: { id, a: id === 4 ? 1 : null } } });
    }
    const text = await f.pg.sql(`select json_agg(fraiseql.entity_of('document', id::text, 'int', 'data') order by id)
      from document`);
    assert.deepEqual(JSON.parse(text), [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4, a: 1 }]);
  });
  it('a set of a query keeps the order of its function, and the limit of lists', async () => {
    const { data } = await post('{ ranked(n: 250) { id } few(n: 9) { id } documents(n: 3) { name } }');
    assert.deepEqual(data.ranked.map((x) => x.id), Array.from({ length: 100 }, (_, i) => 250 - i));
    assert.deepEqual(data.few.map((x) => x.id), [9, 8, 7]);
    assert.deepEqual(data.documents, [{ name: 'n3' }, { name: 'n2' }, { name: 'n1' }]);
  });
  it('a mutation with such a field does nothing', async () => {
    const body = await post('mutation ($n: String = "d") { b16 b9(name: $n) { name } }', { n: null });
    assert.equal(body.data, undefined);
    assert.deepEqual(body.errors.map((e) => e.path), [undefined]);
  });

  it('all of them', () => {
    console.log(table.map((row) => row.join(' | ')).join('\n'));
    assert.ok(table.length > 80);
  });
});

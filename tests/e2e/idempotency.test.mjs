// The header Idempotency-Key: a mutation that is sent again is answered again, to the byte, and done once.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';
import { token } from './lib/jwt.mjs';
import { Server } from './lib/server.mjs';

const SECRET = 'a secret that is long enough for HS256';

const SQL = `
create table item (id int generated always as identity primary key, name text not null check (name <> ''));
create function add_item(name text) returns fraiseql.mutation_result language plpgsql as $$
declare made int;
begin
  if name = 'refused' then
    return row('blocked:name', 'Not this one.', null, null, null, null)::fraiseql.mutation_result;
  end if;
  insert into item (name) values (add_item.name) returning item.id into made;
  return row('created', null, null, jsonb_build_object('id', made, 'name', name), null, null)
    ::fraiseql.mutation_result;
end $$;
create function add_slowly(name text, seconds float8) returns int language plpgsql as $$
declare made int;
begin
  insert into item (name) values (add_slowly.name) returning item.id into made;
  perform pg_sleep(seconds);
  return made;
end $$;
create function bad_value(name text) returns item language sql as
  'insert into item (name) values (name) returning id, null::text';
`;

const SDL = `
type Item @source(relation: "item") { id: Int! name: String! }
type Added { item: Item! status: String! }
type AddError { code: String! status: String! message: String! }
union AddResult = Added | AddError
type Query { items: [Item!]! }
type Mutation {
  add(name: String!): AddResult! @function(name: "add_item")
  slow(name: String!, seconds: Float!): Int @function(name: "add_slowly")
  bad(name: String!): Item @function(name: "bad_value")
  badly(name: String!): Item! @function(name: "bad_value")
}
`;

const ADD = `mutation ($n: String!) { add(name: $n) {
  __typename ... on Added { item { id name } } ... on AddError { code status message } } }`;

describe('idempotency keys', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const count = async (name) => Number(await f.pg.sql(`select count(*) from item where name = '${name}'`));
  const send = (key, query, variables, headers = {}) =>
    f.server.post({ query, variables }, { 'idempotency-key': key, ...headers });

  it('is answered again, and done once', async () => {
    const key = randomUUID();
    const first = await send(key, ADD, { n: 'one' });
    assert.equal(first.body.data.add.__typename, 'Added');
    assert.equal(first.headers.get('idempotency-replayed'), null);
    for (let i = 0; i < 3; i += 1) {
      const again = await send(i ? key : `"${key}"`, ADD, { n: 'one' });
      assert.equal(again.text, first.text);
      assert.equal(again.status, 200);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
    }
    assert.equal(await count('one'), 1);
    await send(randomUUID(), ADD, { n: 'one' });
    assert.equal(await count('one'), 2, 'another key is another request');
  });

  it('a refusal by the function is kept, too', async () => {
    const key = randomUUID();
    const first = await send(key, ADD, { n: 'refused' });
    assert.equal(first.body.data.add.code, 'BLOCKED');
    const again = await send(key, ADD, { n: 'refused' });
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
  });

  it('what the database refused has not happened, and may be tried again', async () => {
    const key = randomUUID();
    const query = 'mutation ($n: String!) { slow(name: $n, seconds: 0) }';
    const first = await send(key, query, { n: '' });
    assert.equal(first.body.errors[0].extensions.code, 'BAD_USER_INPUT');
    const again = await send(key, query, { n: '' });
    assert.equal(again.headers.get('idempotency-replayed'), null);
    assert.equal((await send(key, query, { n: 'after a refusal' })).body.errors, undefined);
    assert.equal(await count('after a refusal'), 1);
  });

  it('another request with the key is refused', async () => {
    const key = randomUUID();
    await send(key, ADD, { n: 'kept' });
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const other = await send(key, ADD, { n: 'other' }, { accept });
      assert.equal(other.status, 422);
      assert.equal(other.body.errors[0].extensions.code, 'IDEMPOTENCY_KEY_REUSED');
      assert.equal(other.body.data, undefined);
    }
    assert.equal(await count('other'), 0);
  });

  it('duplicates at the same time are done once', async () => {
    const key = randomUUID();
    const query = 'mutation { slow(name: "race", seconds: 0.3) }';
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(key, query)));
    const done = answers.filter((a) => a.status === 200);
    const busy = answers.filter((a) => a.status === 409);
    assert.equal(done.length + busy.length, 8);
    assert.ok(done.length >= 1);
    assert.equal(new Set(done.map((a) => a.text)).size, 1);
    assert.equal((await send(key, query)).text, done[0].text);
    assert.equal(await count('race'), 1);
  });

  it('a key that stays in use is refused', async () => {
    const key = randomUUID();
    const holder = f.pg.sql(`begin; select fraiseql.idempotency_claim('', '${key}', 0, 'x', 1000); select pg_sleep(60)`)
      .catch(() => undefined);
    const locks = "select count(*) from pg_locks where locktype = 'advisory' and granted";
    while (await f.pg.sql(locks) === '0') await new Promise((next) => { setTimeout(next, 20); });
    const { status, headers, body } = await send(key, 'mutation { slow(name: "busy", seconds: 0) }');
    assert.equal(status, 409);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(body.errors[0].extensions.code, 'CONFLICT');
    await f.pg.sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    await holder;
    assert.equal(await count('busy'), 0);
  });

  it('duplicates of a quick one wait for it', async () => {
    const key = randomUUID();
    const query = 'mutation { slow(name: "short race", seconds: 0.05) }';
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(key, query)));
    assert.deepEqual(answers.map((a) => a.text), Array(6).fill(answers[0].text));
    assert.equal(await count('short race'), 1);
  });

  it('each field of an operation is kept with its transaction', async () => {
    const key = randomUUID();
    const query = (second) => `mutation {
      t: __typename a: slow(name: "several", seconds: 0) b: slow(name: "${second}", seconds: 0) u: __typename
      c: slow(name: "several", seconds: 0) }`;
    const first = await send(key, query(''));
    assert.equal(first.body.data.b, null);
    assert.equal(await count('several'), 2);
    const again = await send(key, query(''));
    assert.equal(again.text, first.text);
    assert.equal(await count('several'), 2);
    const atomic = randomUUID();
    const whole = `mutation @atomic { a: slow(name: "atomic", seconds: 0) t: __typename
      b: slow(name: "atomic", seconds: 0) u: __typename }`;
    const one = await send(atomic, whole);
    assert.deepEqual(Object.keys(one.body.data), ['a', 't', 'b', 'u']);
    assert.equal((await send(atomic, whole)).text, one.text);
    assert.equal(await count('atomic'), 2);
  });

  it('an atomic operation that was undone may be tried again', async () => {
    const key = randomUUID();
    const query = 'mutation @atomic { a: slow(name: "undone", seconds: 0) b: add(name: "refused") { __typename } }';
    const first = await send(key, query);
    assert.equal(first.body.errors[0].extensions.code, 'ROLLED_BACK');
    const again = await send(key, query);
    assert.equal(again.headers.get('idempotency-replayed'), null);
    assert.equal(again.text, first.text);
    assert.equal(await count('undone'), 0);
  });

  it('errors and nulls of a response are kept', async () => {
    for (const field of ['bad', 'badly']) {
      const key = randomUUID();
      await f.pg.sql('alter table item alter name drop not null');
      const query = `mutation { ${field}(name: "null") { id name } }`;
      const first = await send(key, query);
      assert.ok(first.body.errors);
      const again = await send(key, query);
      assert.equal(again.text, first.text);
      assert.equal(again.headers.get('idempotency-replayed'), again.status === 200 ? 'true' : null);
    }
  });

  it('a dry run keeps nothing; queries ignore the key', async () => {
    const key = randomUUID();
    await send(key, 'mutation @dryRun { slow(name: "dry", seconds: 0) }');
    assert.equal((await send(key, '{ items { id } }')).status, 200);
    assert.equal((await send(key, 'mutation { slow(name: "wet", seconds: 0) }')).body.errors, undefined);
    assert.equal(await count('dry') + await count('wet'), 1);
  });

  it('a key that is none is refused', async () => {
    for (const key of ['""', 'a b', 'x'.repeat(256), 'ä']) {
      const { status, body } = await send(Buffer.from(key).toString('latin1'), ADD, { n: 'never' });
      assert.equal(status, 400, key);
      assert.equal(body.errors[0].extensions.code, 'BAD_REQUEST');
    }
    assert.equal(await count('never'), 0);
  });

  it('keys expire, and what has expired is removed', async () => {
    const server = await Server.start(['serve', '--schema', f.schema, '--database', f.pg.url,
      '--no-log-access', '--idempotency-keep', '300ms', '--workers', '1']);
    try {
      const key = randomUUID();
      const post = (k, n) => server.post({ query: ADD, variables: { n } }, { 'idempotency-key': k });
      await post(key, 'short');
      assert.equal((await post(key, 'short')).headers.get('idempotency-replayed'), 'true');
      await new Promise((next) => { setTimeout(next, 400); });
      assert.equal((await post(key, 'short')).headers.get('idempotency-replayed'), null);
      assert.equal(await count('short'), 2);
    } finally {
      await server.stop();
    }
    await f.pg.sql("update fraiseql.idempotency_key set expires_at = now() - interval '1 s'");
    const next = await Server.start(['serve', '--schema', f.schema, '--database', f.pg.url, '--no-log-access']);
    try {
      await next.post({ query: ADD, variables: { n: 'fresh' } }, { 'idempotency-key': randomUUID() });
      for (let i = 0; i < 100 && await f.pg.sql('select count(*) from fraiseql.idempotency_key') !== '1'; i += 1)
        await new Promise((wait) => { setTimeout(wait, 50); });
      assert.equal(await f.pg.sql('select count(*) from fraiseql.idempotency_key'), '1');
    } finally {
      await next.stop();
    }
  });

  it('a key belongs to who sends it, under roles without rights of their own, too', async () => {
    await f.pg.sql(`create role member; grant usage on schema public to member;
      grant insert, select on item to member`);
    const server = await Server.start(['serve', '--schema', f.schema, '--database', f.pg.url, '--no-log-access',
      '--auth-secret', SECRET, '--auth-claim-database-role', 'role', '--auth-database-roles', 'member']);
    try {
      const key = randomUUID();
      const as = (sub) => server.post({ query: ADD, variables: { n: 'whose' } }, {
        'idempotency-key': key, authorization: `Bearer ${token({ sub, role: 'member' }, SECRET)}`,
      });
      const ada = await as('ada');
      const bob = await as('bob');
      assert.equal(ada.body.data?.add.__typename, 'Added', ada.text);
      assert.notEqual(ada.text, bob.text);
      assert.equal((await as('ada')).text, ada.text);
      assert.equal((await as('bob')).text, bob.text);
      assert.equal(await count('whose'), 2);
      const raw = await f.pg.sql(`begin; set local role member; select count(*) from fraiseql.idempotency_key`)
        .catch((e) => e.stderr);
      assert.match(raw, /permission denied/);
    } finally {
      await server.stop();
    }
  });

  it('a key is nobody\'s but a server\'s, whatever role a request runs under', async () => {
    await f.pg.sql('create role plain login; create role server login; grant insert, select on item to server, plain');
    const key = randomUUID();
    const start = (user) => Server.start(['serve', '--schema', f.schema, '--no-log-access', '--allow-bypass-rls',
      '--database', f.pg.url.replace('test@', `${user}@`)]);
    const ask = (server) => server.post({ query: ADD, variables: { n: 'granted' } },
      { 'idempotency-key': key, accept: 'application/graphql-response+json' });
    let server = await start('server');
    const { status, body } = await ask(server);
    assert.equal(status, 501);
    assert.match(body.errors[0].message, /grant execute on function fraiseql\.idempotency_clean/);
    await server.stop();
    await f.pg.sql('grant execute on function fraiseql.idempotency_clean(int) to server');
    server = await start('server');
    assert.equal((await ask(server)).text, (await ask(server)).text);
    await server.stop();
    assert.equal(await count('granted'), 1);
    const as = (user, sql) => f.pg.sql(`set session authorization ${user}; ${sql}`).catch((e) => e.stderr);
    const found = `select count(*) from fraiseql.idempotency_find('', '${key}', 0)`;
    assert.equal(await as('server', found), '1');
    assert.equal(await as('plain', found), '0');
    assert.match(await as('plain', "select fraiseql.idempotency_claim('', 'k', 0, 'h', 1000)"), /permission denied/);
    assert.match(await as('plain', 'select fraiseql.idempotency_clean(1)'), /permission denied/);
  });

  it('says so when the database lacks the tables', async () => {
    const sdl = `type Item @source(relation: "item") { id: Int! } type Query { items: [Item!]! }
      type Mutation { n: Int @function(name: "n") }`;
    const bare = await Fixture.start({
      sql: "create table item (id int primary key); create function n() returns int language sql as 'select 1'",
      sdl, install: false,
    });
    try {
      const { status, body } = await bare.server.post({ query: 'mutation { n }' },
        { 'idempotency-key': 'a', accept: 'application/graphql-response+json' });
      assert.equal(status, 501);
      assert.match(body.errors[0].message, /fraiseql db install/);
      assert.equal((await bare.server.post({ query: 'mutation { n }' })).text, '{"data":{"n":1}}');
    } finally {
      await bare.stop();
    }
  });
});

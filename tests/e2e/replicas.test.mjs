// Reads on streaming replicas: real ones, made with pg_basebackup, which this test holds back, stops and promotes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const run = promisify(execFile);

// A copy of the primary that follows it.
async function replicaOf(primary) {
  const pg = new Postgres();
  pg.bin = primary.bin;
  pg.user = primary.user;
  pg.settings = { hot_standby: 'on' };
  pg.dir = await mkdtemp(join(tmpdir(), 'fraiseql-pg-'));
  await chmod(pg.dir, 0o755);
  if (pg.user.uid) chownSync(pg.dir, pg.user.uid, pg.user.gid);
  await run(join(pg.bin, 'pg_basebackup'), ['-h', primary.dir, '-U', 'test', '-D', join(pg.dir, 'data'), '-R',
    '-X', 'stream', '-c', 'fast'], { ...pg.user, cwd: pg.dir });
  await pg.boot();
  return pg;
}

const SQL = `
  create table note (id int primary key generated always as identity, body text not null);
  insert into note (body) values ('first');
  create view place as select 1 as id, pg_is_in_recovery() as replica;
  create function fn_write(body text) returns note volatile language sql as
    $$ insert into note (body) values ($1) returning * $$;
  create function fn_refuse() returns note volatile language plpgsql as $$ begin raise exception 'no'; end $$;
  create function fn_count() returns bigint volatile language sql as $$ select count(*) from note $$;
  create function fn_where() returns boolean volatile language sql as $$ select pg_is_in_recovery() $$;`;

const SDL = `
  type Note @source(relation: "note") { id: Int! body: String! }
  type Place @source(relation: "place") { id: Int! replica: Boolean! }
  type Query {
    place(id: Int!): Place
    notes: [Note!]!
    whereVolatile: Boolean @function(name: "fn_where")
    later: [Later!]!
  }
  type Later @source(relation: "later") { id: Int! }
  type Mutation {
    write(body: String!): Note @function(name: "fn_write")
    refuse: Note @function(name: "fn_refuse")
  }`;

const WHERE = '{ place(id: 1) { replica } }';

describe('replicas', () => {
  let primary;
  let replica;
  let server;
  let schema;

  async function serve(...args) {
    await server?.stop();
    server = await Server.start(['serve', '--schema', schema, '--database', primary.url, '--workers', '1',
      '--replicas-urls', `${replica.url} postgresql://test@/postgres?host=/nowhere`, '--no-log-access',
      '--timeout-connect', '300ms', ...args]);
  }

  // Whether the read was a replica's.
  async function onReplica(headers) {
    const { body, text } = await server.post({ query: WHERE }, headers);
    assert.equal(body.errors, undefined, text);
    return body.data.place.replica;
  }

  async function until(what) {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await what()) return;
      await new Promise((next) => { setTimeout(next, 50); });
    }
    assert.fail('it does not come to pass');
  }

  async function write(body, headers) {
    const answer = await server.post({ query: `mutation { write(body: "${body}") { id body } }` }, headers);
    assert.equal(answer.body.errors, undefined, answer.text);
    return answer;
  }

  const pause = () => replica.sql('select pg_wal_replay_pause()');
  const resume = () => replica.sql('select pg_wal_replay_resume()');

  before(async () => {
    primary = await Postgres.start({ wal_level: 'replica', max_wal_senders: 4, hot_standby: 'on' });
    await primary.sql(SQL);
    await primary.sql('create table later (id int primary key)');
    replica = await replicaOf(primary);
    schema = join(primary.dir, 'schema.graphql');
    await writeFile(schema, SDL);
    await serve('--replicas-wait', '200ms', '--replicas-lag', '0');
    await until(() => onReplica());
  });
  after(async () => {
    await server?.stop();
    await replica?.stop();
    await primary?.stop();
  });

  it('answer queries; the primary runs mutations', async () => {
    assert.equal(await onReplica(), true);
    const { body } = await server.post({ query: '{ a: place(id: 1) { replica } b: place(id: 1) { replica } }' });
    assert.deepEqual(body.data, { a: { replica: true }, b: { replica: true } });
    await write('second');
    assert.equal(await primary.sql("select count(*) from note where body = 'second'"), '1');
  });
  it('are not asked to run functions that may write', async () => {
    assert.deepEqual(await server.data('{ whereVolatile }'), { whereVolatile: false });
  });
  it('give a token with each mutation, in a header and a cookie', async () => {
    const { headers } = await write('third');
    const token = headers.get('fraiseql-written');
    assert.match(token, /^1-[0-9a-f]{16}-[0-9a-f]{8}$/);
    assert.equal(headers.get('set-cookie'),
      `fraiseql_written=${token}; Path=/; Max-Age=300; HttpOnly; SameSite=Lax`);
    const failed = await server.post({ query: 'mutation { refuse { id } }' });
    assert.match(failed.headers.get('fraiseql-written'), /^1-/);
    const query = await server.post({ query: WHERE });
    assert.equal(query.headers.get('fraiseql-written'), null);
    assert.equal(query.headers.get('set-cookie'), null);
  });

  it('a client reads its own writes, from the primary while the replica is behind', async () => {
    await pause();
    const { headers } = await write('fourth');
    const token = headers.get('fraiseql-written');
    const notes = '{ notes(where: {body: {eq: "fourth"}}) { body } }';
    const stale = await server.post({ query: notes });
    assert.deepEqual(stale.body.data, { notes: [] });
    for (const given of [{ 'fraiseql-written': token }, { cookie: `a=b; fraiseql_written=${token}; c=d` }]) {
      const own = await server.post({ query: notes }, given);
      assert.deepEqual(own.body.data, { notes: [{ body: 'fourth' }] });
      assert.equal(await onReplica(given), false);
    }
    assert.equal(await onReplica(), true);
    await resume();
    await until(() => onReplica({ 'fraiseql-written': token }));
  });
  it('a replica that catches up in time answers', async () => {
    await serve('--replicas-wait', '20s', '--replicas-lag', '0');
    await until(() => onReplica());
    await pause();
    const { headers } = await write('fifth');
    const answer = server.post({ query: '{ place(id: 1) { replica } notes(where: {body: {eq: "fifth"}}) { body } }' },
      { 'fraiseql-written': headers.get('fraiseql-written') });
    await new Promise((next) => { setTimeout(next, 300); });
    await resume();
    assert.deepEqual((await answer).body.data, { place: { replica: true }, notes: [{ body: 'fifth' }] });
  });
  it('a hundred clients read their writes at once', async () => {
    const ids = await Promise.all([...Array(100).keys()].map(async (n) => {
      const { headers } = await write(`many ${n}`);
      const { body } = await server.post({ query: `{ notes(where: {body: {eq: "many ${n}"}}) { body } }` },
        { 'fraiseql-written': headers.get('fraiseql-written') });
      return body.data.notes.length;
    }));
    assert.deepEqual(ids, Array(100).fill(1));
  });
  it('a token that is none leads to the primary', async () => {
    for (const token of ['x', '1-0000000000000000-00000000', '1-ffffffffffffffff-ffffffff', '2-00-00'])
      assert.equal(await onReplica({ 'fraiseql-written': token }), false, token);
  });
  it('clients that leave while they wait do no harm', async () => {
    await pause();
    const { headers } = await write('left');
    const gone = [...Array(20)].map(() => fetch(`${server.url}/graphql`, {
      method: 'POST', signal: AbortSignal.timeout(100), body: JSON.stringify({ query: WHERE }),
      headers: { 'content-type': 'application/json', 'fraiseql-written': headers.get('fraiseql-written') },
    }).then(() => 'answered', (e) => e.name));
    assert.deepEqual(new Set(await Promise.all(gone)), new Set(['TimeoutError']));
    await resume();
    await until(() => onReplica({ 'fraiseql-written': headers.get('fraiseql-written') }));
  });

  it('what a replica does not know yet, the primary answers', async () => {
    await pause();
    await primary.sql('drop table later; create table later (id int primary key); insert into later values (7)');
    await serve('--replicas-wait', '0', '--replicas-lag', '0');
    await until(() => onReplica());
    await primary.sql("create function fn_new() returns int stable language sql as 'select 1'");
    await writeFile(schema, SDL.replace('later: [', 'new: Int @function(name: "fn_new") later: ['));
    await serve('--replicas-wait', '0', '--replicas-lag', '0');
    await until(() => onReplica());
    const { body } = await server.post({ query: 'query ($b: String) { new notes(where: {body: {eq: $b}}) { id } }',
      variables: { b: '\0' } });
    assert.equal(body.data, null);
    assert.deepEqual(body.errors.map((e) => e.path), [['notes']], 'told although the query went on to the primary');
    assert.deepEqual(await server.data('{ new }'), { new: 1 });
    await resume();
  });
  it('a replica that lags too far is left out', async () => {
    await serve('--replicas-wait', '0', '--replicas-lag', '400ms');
    await until(() => onReplica());
    await pause();
    await primary.sql("insert into note (body) values ('sixth')");
    await until(async () => !(await onReplica()));
    await resume();
    await until(() => onReplica());
  });
  it('without a replica the primary answers everything', async () => {
    await serve('--replicas-wait', '100ms', '--replicas-lag', '0');
    await until(() => onReplica());
    const running = [...Array(30)].map(() => server.post({ query: WHERE }));
    await replica.halt('SIGQUIT');
    for (const { body } of await Promise.all(running)) assert.equal(body.errors, undefined);
    assert.equal(await onReplica(), false);
    const { headers } = await write('seventh');
    assert.equal(await onReplica({ 'fraiseql-written': headers.get('fraiseql-written') }), false);
    assert.equal((await fetch(`${server.url}/ready`)).status, 200);
    await replica.boot();
    await until(() => onReplica());
  });
  it('an address that is none stops the start', async () => {
    for (const urls of ['nonsense', 'host=/tmp dbname=postgres', 'postgresql://%zz'])
      await assert.rejects(Server.start(['serve', '--schema', schema, '--database', primary.url,
        '--replicas-urls', urls]), /replicas\.urls/, urls);
  });
});

// What happens when the database misbehaves, clients vanish, or the schema changes under load: the right error to the
// right request and to nobody else, and service goes on.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const SQL = `
create table item (id int primary key, name text not null);
insert into item select i, 'item ' || i from generate_series(1, 100) i;
create view v_slow as select id, name, pg_sleep(case when id = 1 then 0.5 else 30 end)::text as nap from item;
create view v_divide as select id, 100 / (id - 50) as share from item;
create table gone (id int primary key, name text);
create table typed (id int primary key, name text);
insert into typed values (5, 'five');
insert into gone values (1, 'here');
create function add_item(id int, name text) returns item language sql as
  'insert into item values (id, name) returning *';
`;

const SDL = `
type Item @source(relation: "item") { id: Int! name: String! }
type Slow @source(relation: "v_slow") { id: Int! name: String! nap: String }
type Share @source(relation: "v_divide") { id: Int! share: Int }
type Gone @source(relation: "gone") { id: Int! name: String }
type Typed @source(relation: "typed") { id: Int! name: String }
type Query {
  item(id: Int!): Item
  items: [Item!]!
  slow(id: Int!): Slow
  share(id: Int!): Share
  gone(id: Int!): Gone
  typed(id: Int!): Typed
}
type Mutation { addItem(id: Int!, name: String!): Item! @function(name: "add_item") }
`;

const sleep = (ms) => new Promise((next) => { setTimeout(next, ms); });

describe('faults', () => {
  let pg;
  let server;
  let dir;
  let schema;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-faults-'));
    schema = join(dir, 'schema.graphql');
    await writeFile(schema, SDL);
    pg = await Postgres.start();
    await pg.sql(SQL);
    server = await Server.start(['serve', '--schema', schema, '--database', pg.url,
      '--timeout-statement', '2s', '--errors-debug', '--no-log-access']);
  });
  after(async () => {
    const end = await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
    assert.deepEqual(end, { code: 0, signal: null });
  });

  const item = async (id) => {
    const { body } = await server.post({ query: `{ item(id: ${id}) { name } }` });
    return body;
  };

  it('an error of one statement is one request\'s, among many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => server.post({
      query: 'query ($id: Int!) { share(id: $id) { id share } }', variables: { id: i + 20 },
    })));
    answers.forEach(({ body }, i) => {
      const id = i + 20;
      if (id === 50) {
        assert.equal(body.data.share, null);
        assert.equal(body.errors.length, 1);
        assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
        assert.deepEqual(body.errors[0].path, ['share']);
      } else {
        assert.deepEqual(body, { data: { share: { id, share: Math.trunc(100 / (id - 50)) } } });
      }
    });
  });

  it('one field of several fails alone, and the others see one snapshot', async () => {
    const { body } = await server.post({
      query: '{ a: item(id: 1) { name } b: share(id: 50) { share } c: item(id: 2) { name } }',
    });
    assert.deepEqual(body.data, { a: { name: 'item 1' }, b: null, c: { name: 'item 2' } });
    assert.deepEqual(body.errors.map((e) => e.path), [['b']]);
  });

  it('a statement beyond its time is cancelled; the others go on', async () => {
    const slow = server.post({ query: '{ slow(id: 2) { nap } }' });
    const quick = await Promise.all(Array.from({ length: 20 }, (_, i) => item(i + 1)));
    quick.forEach((body, i) => assert.equal(body.data.item.name, `item ${i + 1}`));
    const { body } = await slow;
    assert.equal(body.errors[0].extensions.code, 'TIMEOUT');
  });

  it('a statement that was slow is known to be, whatever its literals, and others are not behind it', async () => {
    const one = await Server.start(['serve', '--schema', schema, '--database', pg.url, '--timeout-statement', '2s',
      '--no-log-access', '--workers', '1', '--pool-isolated', '1']);
    try {
      assert.ok((await one.data('{ slow(id: 1) { nap } }')).slow);
      let answered = false;
      const slow = one.post({ query: '{ slow(id: 2) { nap } }' }).finally(() => { answered = true; });
      assert.deepEqual(await one.data('{ item(id: 77) { id name } }'), { item: { id: 77, name: 'item 77' } });
      assert.equal(answered, false);
      assert.equal((await slow).body.errors[0].extensions.code, 'TIMEOUT');
    } finally {
      await one.stop();
    }
  });

  it('killed backends: no wrong answer, and service goes on', async () => {
    let wrong = 0;
    let served = 0;
    let stop = false;
    const load = async (from) => {
      for (let i = from; !stop; i = (i % 100) + 1) {
        const body = await item(i);
        if (body.data?.item) {
          served += 1;
          wrong += body.data.item.name !== `item ${i}`;
        } else {
          wrong += body.errors[0].extensions.code !== 'UNAVAILABLE';
        }
      }
    };
    const clients = [1, 20, 40, 60].map(load);
    for (let round = 0; round < 8; round += 1) {
      await sleep(150);
      await pg.sql(`select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'fraiseql' and backend_type = 'client backend'`);
    }
    await sleep(300);
    stop = true;
    await Promise.all(clients);
    assert.equal(wrong, 0);
    assert.ok(served > 100, `${served} served`);
    await server.waitReady();
    assert.equal((await item(7)).data.item.name, 'item 7');
  });

  it('PostgreSQL restarts: 503 with Retry-After meanwhile, then service again', async () => {
    await pg.halt();
    const { status, headers, body } = await server.post({ query: '{ item(id: 1) { name } }' });
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
    assert.equal((await fetch(`${server.url}/ready`)).status, 503);
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    await pg.boot();
    await server.waitReady();
    assert.equal((await item(3)).data.item.name, 'item 3');
  });

  it('a dropped table is an error of its field only; made again, it answers', async () => {
    assert.deepEqual(await server.data('{ gone(id: 1) { name } }'), { gone: { name: 'here' } });
    await pg.sql('drop table gone');
    const { body } = await server.post({ query: '{ gone(id: 1) { name } }' });
    assert.equal(body.data.gone, null);
    assert.match(body.errors[0].message, /gone/);
    assert.equal((await item(1)).data.item.name, 'item 1');
    await pg.sql("create table gone (name text, id int primary key); insert into gone values ('back', 1)");
    assert.deepEqual(await server.data('{ gone(id: 1) { name } }'), { gone: { name: 'back' } });
  });

  it('a changed column type is prepared anew', async () => {
    const typed = () => server.data('{ typed(id: 5) { name } }');
    await Promise.all(Array.from({ length: 20 }, typed));
    await pg.sql('alter table typed alter column name type varchar(50)');
    const answers = await Promise.all(Array.from({ length: 20 }, typed));
    answers.forEach((data) => assert.deepEqual(data, { typed: { name: 'five' } }));
  });

  it('clients that vanish take nothing with them', async () => {
    const { port, hostname } = new URL(server.url);
    const body = JSON.stringify({ query: '{ slow(id: 1) { nap } }' });
    const request = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
      + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    for (let i = 0; i < 50; i += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await new Promise((next) => { socket.on('connect', next); });
      socket.write(request.slice(0, Math.ceil(request.length * ((i % 10) + 1) / 10)));
      await sleep(i % 5);
      if (i % 2) socket.resetAndDestroy();
      else socket.destroy();
    }
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => item(i + 1)));
    answers.forEach((b, i) => assert.equal(b.data.item.name, `item ${i + 1}`));
  });

  it('a reload under load loses no answer; a broken schema changes nothing', async () => {
    let stop = false;
    let served = 0;
    const load = async () => {
      while (!stop) {
        const { status, text } = await server.post({ query: '{ items(limit: 3) { id name } }' });
        assert.equal(status, 200, text);
        assert.equal(JSON.parse(text).data.items.length, 3, text);
        served += 1;
      }
    };
    const clients = [load(), load(), load()];
    for (let i = 0; i < 4; i += 1) {
      await writeFile(schema, `${SDL}\nextend type Query { extra${i}(id: Int!): Item }\n`);
      const from = server.log.length;
      server.child.kill('SIGHUP');
      await server.waitLog(/schema compiled/, 10_000, from);
    }
    await writeFile(schema, `${SDL}\nextend type Query { broken: Itm }\n`);
    const from = server.log.length;
    server.child.kill('SIGHUP');
    await server.waitLog(/the previous one keeps serving/, 10_000, from);
    assert.match(server.log.slice(from), /schema\.graphql:\d+:\d+: .*Itm/);
    stop = true;
    await Promise.all(clients);
    assert.ok(served > 0);
    assert.deepEqual(await server.data('{ extra3(id: 4) { name } }'), { extra3: { name: 'item 4' } });
    await writeFile(schema, SDL);
    server.child.kill('SIGHUP');
  });

  it('mutations are not repeated when a backend dies', async () => {
    const answers = [];
    const write = async (id) => {
      const { body } = await server.post({
        query: 'mutation ($id: Int!) { addItem(id: $id, name: "new") { id } }', variables: { id },
      });
      answers.push({ id, ok: Boolean(body.data?.addItem), code: body.errors?.[0].extensions.code });
    };
    const ids = Array.from({ length: 200 }, (_, i) => 1000 + i);
    const killer = (async () => {
      for (let i = 0; i < 5; i += 1) {
        await pg.sql(`select pg_terminate_backend(pid) from pg_stat_activity
                      where application_name = 'fraiseql'`);
        await sleep(40);
      }
    })();
    for (let i = 0; i < ids.length; i += 10) {
      await Promise.all(ids.slice(i, i + 10).map(write));
      await sleep(8);
    }
    await killer;
    const stored = new Set((await pg.sql('select id from item where id >= 1000')).split('\n').map(Number));
    for (const { id, ok, code } of answers) {
      if (ok) assert.ok(stored.has(id), `${id} was acknowledged but is not stored`);
      else assert.equal(code, 'UNAVAILABLE');
    }
    assert.equal(await pg.sql('select count(*) - count(distinct id) from item'), '0');
  });

  it('stops gracefully: what runs is answered, then it exits with 0', async () => {
    const other = await Server.start(['serve', '--schema', schema, '--database', pg.url,
      '--no-log-access']);
    const slow = other.post({ query: '{ slow(id: 1) { id nap } }' });
    await sleep(150);
    const end = other.stop();
    assert.deepEqual((await slow).body, { data: { slow: { id: 1, nap: '' } } });
    assert.deepEqual(await end, { code: 0, signal: null });
  });
});

// Sagas: begun by a mutation, run by servers step by step, undone when a step fails for good; each step happens once
// although servers and backends are killed between and inside steps, and although several servers look for work.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server, inherited, program, project } from './lib/server.mjs';

const run = promisify(execFile);
const sleep = (ms) => new Promise((next) => { setTimeout(next, ms); });

const SQL = `
create table ledger (id bigint generated always as identity, what text not null, who text);
create table switch (name text primary key, broken bool not null);
insert into switch values ('pay', false), ('undo', false);
create function note(what text) returns void language sql as
  $$ insert into ledger (what, who) values (what, current_setting('app.saga_id', true)) $$;
create function reserve(data jsonb) returns jsonb language plpgsql as $$ begin
  perform note('reserve ' || (data->>'order'));
  perform pg_sleep(coalesce((data->>'nap')::float, 0));
  return jsonb_build_object('reservation', data->>'order');
end $$;
create function unreserve(data jsonb) returns void language plpgsql as $$ begin
  if (select broken from switch where name = 'undo') then raise exception 'shelf is locked'; end if;
  perform note('unreserve ' || (data->>'reservation'));
end $$;
create function pay(data jsonb) returns jsonb language plpgsql as $$ begin
  perform note('pay ' || (data->>'order'));
  if (data->>'poor')::bool or (select broken from switch where name = 'pay') then
    raise exception 'not enough money';
  end if;
  perform pg_sleep(coalesce((data->>'nap')::float, 0));
  return null;
end $$;
create function ship(data jsonb) returns void language sql as $$ select note('ship ' || (data->>'order')) $$;
create function place_order(number text, poor bool default false, nap float default 0) returns uuid language sql as $$
  select fraiseql.saga_begin('order',
    '[{"forward": "public.reserve", "compensate": "public.unreserve"},
      {"forward": "public.pay", "attempts": 2}, {"forward": "public.ship"}]',
    jsonb_build_object('order', number, 'poor', poor, 'nap', nap))
$$;
`;

const SDL = `
type Entry @source(relation: "ledger") { id: BigInt! what: String! }
type Query { entries: [Entry!]! }
type Mutation {
  placeOrder(number: String!, poor: Boolean, nap: Float): UUID! @function(name: "place_order")
}
`;

describe('sagas', () => {
  let pg;
  let server;
  let dir;
  let words;

  const start = () => Server.start(words);
  const cli = (...args) => run(program, [...args, '--database', pg.url], { env: inherited });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-saga-'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    pg = await Postgres.start();
    words = ['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url, '--errors-debug',
      '--no-log-access', '--sagas-poll', '50ms', '--workers', '1'];
    await cli('db', 'install');
    await pg.sql(SQL);
    server = await start();
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const place = async (number, options = {}) => {
    const query = `mutation ($n: String!, $p: Boolean, $nap: Float) {
      placeOrder(number: $n, poor: $p, nap: $nap) }`;
    const data = await server.data(query, { n: number, p: options.poor, nap: options.nap });
    return data.placeOrder;
  };
  const entries = async (number) => (await pg.sql(
    `select coalesce(string_agg(what, ', ' order by id), '') from ledger where what like '% ${number}'`))
    .replaceAll(` ${number}`, '');
  const state = (id) => `select state from fraiseql.saga where id = '${id}'`;

  it('runs the steps in order, each with what the ones before added', async () => {
    const id = await place('a1');
    await pg.until(state(id), 'done');
    assert.equal(await entries('a1'), 'reserve, pay, ship');
    assert.equal(await pg.sql(`select data->>'reservation' from fraiseql.saga where id = '${id}'`), 'a1');
    assert.equal(await pg.sql(`select distinct who from ledger where what = 'ship a1'`), id);
  });

  it('begins nothing when the mutation is rolled back', async () => {
    const before = await pg.sql('select count(*) from fraiseql.saga');
    const { body } = await server.post({ query: 'mutation @dryRun { placeOrder(number: "never") }' });
    assert.match(body.data.placeOrder, /^[0-9a-f-]{36}$/);
    assert.equal(await pg.sql('select count(*) from fraiseql.saga'), before);
  });

  it('undoes what was done when a step fails for good', async () => {
    const id = await place('b1', { poor: true });
    await pg.until(state(id), 'compensated', 10_000);
    assert.equal(await entries('b1'), 'reserve, unreserve');
    const { stdout } = await cli('saga', 'show', id, '--json');
    const saga = JSON.parse(stdout);
    assert.equal(saga.error, 'not enough money (P0001)');
    assert.deepEqual(saga.steps.map((s) => s.state), ['compensated', 'failed', 'pending']);
  });

  it('stays where it can not be undone, until somebody looks', async () => {
    await pg.sql("update switch set broken = true where name = 'undo'");
    const id = await place('c1', { poor: true });
    await pg.until(`select state || ' ' || attempts from fraiseql.saga where id = '${id}'`, 'compensating 1');
    await pg.sql(`update fraiseql.saga_step set max_attempts = 1 where saga_id = '${id}';
      update fraiseql.saga set next_at = now() where id = '${id}'`);
    await pg.until(state(id), 'stuck', 10_000);
    const { stdout } = await cli('saga', 'list', '--state', 'stuck');
    assert.match(stdout, new RegExp(`^${id}  order  stuck .*shelf is locked`, 'm'));
    await pg.sql("update switch set broken = false where name = 'undo'");
    await cli('saga', 'retry', id);
    await pg.until(state(id), 'compensated', 10_000);
    assert.equal(await entries('c1'), 'reserve, unreserve');
    await cli('saga', 'retry', id); // from the beginning
    await pg.until(`select count(*) from ledger where what = 'unreserve c1'`, '2', 20_000);
  });

  it('says what is wrong with a beginning', async () => {
    const refused = async (steps, pattern) => assert.rejects(
      pg.sql(`select fraiseql.saga_begin('x', '${steps}')`), (e) => pattern.test(e.stderr));
    await refused('[]', /a saga needs a list of steps/);
    await refused('[{"forward": "public.nothing"}]', /there is no function public\.nothing\(jsonb\)/);
    await refused('[{"compensate": "public.unreserve"}]', /step 1 has no function "forward"/);
    await assert.rejects(cli('saga', 'show', '00000000-0000-4000-8000-000000000000'), /there is no saga/);
    await assert.rejects(cli('saga', 'retry', 'nonsense'), /invalid input syntax for type uuid/);
  });

  it('runs no functions that a stranger brings along', async () => {
    await pg.sql(`create role stranger login; create schema theirs authorization stranger;
      set role stranger; create function theirs.step(data jsonb) returns void language sql as 'select'`);
    await assert.rejects(pg.sql(`set role stranger;
      select fraiseql.saga_begin('x', '[{"forward": "theirs.step"}]')`), /theirs\.step can not be a step/);
  });

  it('notes a step whose function is gone, ambiguous, asserts, or fails at the end', async () => {
    await pg.sql(`create table parent (id int primary key);
      create table child (parent int references parent deferrable initially deferred);
      create function gone(data jsonb) returns void language sql as 'select';
      create function many(data jsonb) returns void language sql as $$ select note('many jsonb') $$;
      create function many(data int) returns void language sql as $$ select note('many int') $$;
      create function asserts(data jsonb) returns void language plpgsql as $$ begin assert false, 'not so'; end $$;
      create function late(data jsonb) returns void language sql as 'insert into child values (77)';
`);
    const begin = (name) => pg.sql(
      `select fraiseql.saga_begin('${name}', '[{"forward": "public.${name}", "attempts": 1}]')`);
    const ended = async (id, end, error) => {
      await pg.until(state(id), end, 20_000);
      assert.match(await pg.sql(`select coalesce(error, '') from fraiseql.saga where id = '${id}'`), error);
    };
    const gone = await pg.sql(`begin;
      select fraiseql.saga_begin('gone', '[{"forward": "public.gone", "attempts": 1}]');
      drop function gone(jsonb); commit`);
    await ended(gone, 'compensated', /there is no function public\.gone/);
    await ended(await begin('late'), 'compensated', /violates foreign key/);
    await ended(await begin('asserts'), 'compensated', /not so \(P0004\)/);
    await ended(await begin('many'), 'done', /^$/);
    assert.equal(await pg.sql("select count(*) from ledger where what = 'many jsonb'"), '1');
  });

  it('is finished by any server after kill -9 inside and between steps', async () => {
    const ids = [];
    for (let i = 0; i < 6; i += 1) ids.push(await place(`k${i}`, { nap: 0.15 }));
    for (let i = 0; i < 4; i += 1) {
      await sleep(120 + 60 * i);
      await server.stop('SIGKILL');
      server = await start();
    }
    for (const id of ids) await pg.until(state(id), 'done', 30_000);
    for (let i = 0; i < 6; i += 1) assert.equal(await entries(`k${i}`), 'reserve, pay, ship');
  });

  it('survives killed backends', async () => {
    const ids = [];
    for (let i = 0; i < 4; i += 1) ids.push(await place(`m${i}`, { nap: 0.1 }));
    for (let i = 0; i < 5; i += 1) {
      await sleep(100);
      await pg.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fraiseql'");
    }
    for (const id of ids) await pg.until(state(id), 'done', 30_000);
    for (let i = 0; i < 4; i += 1) assert.equal(await entries(`m${i}`), 'reserve, pay, ship');
  });

  it('has one runner at a time among several servers', async () => {
    const others = await Promise.all([start(), start()]);
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => place(`s${i}`)));
    for (const id of ids) await pg.until(state(id), 'done', 30_000);
    for (let i = 0; i < 30; i += 1) assert.equal(await entries(`s${i}`), 'reserve, pay, ship');
    for (const other of others) assert.deepEqual(await other.stop(), { code: 0, signal: null });
  });
});

describe('the shop', () => {
  let shop;
  let server;

  before(async () => {
    shop = await project('examples/shop');
    server = await Server.start(['dev', '--dir', shop.dir]);
  });
  after(async () => {
    await server?.stop();
    await shop?.remove();
  });

  const ORDER = '{ number status total paid lines { quantity product { sku stock { quantity } } } }';
  const order = async (number) => (await server.data(`{ order(number: "${number}") ${ORDER} }`)).order;
  const settled = async (number, status) => {
    const end = Date.now() + 30_000;
    for (;;) {
      const now = await order(number);
      if (now.status === status) return now;
      if (Date.now() > end) throw new Error(JSON.stringify(now));
      await sleep(50);
    }
  };
  const place = async (sku, buyer) => {
    const { placeOrder } = await server.data(`mutation { placeOrder(input: {
      customer: {create: {email: "${buyer}@example.org", name: "Somebody"}},
      lines: {create: [{sku: "${sku}", quantity: 2}]}
    }) { ... on OrderDone { order ${ORDER} } ... on OrderError { code message } } }`);
    return placeOrder.order;
  };

  it('checks an order out, or takes everything back', async () => {
    const { products } = await server.data('{ products(where: {stock: {quantity: {gte: 4}}}, limit: 1) { sku } }');
    const [product] = products;
    for (const [card, status] of [['4242', 'PAID'], ['0000', 'CANCELLED']]) {
      const placed = await place(product.sku, `buyer-${card}`);
      const left = placed.lines[0].product.stock.quantity;
      const { checkout } = await server.data(
        `mutation { checkout(number: "${placed.number}", card: "${card}") ${ORDER} }`);
      assert.equal(checkout.status, 'OPEN');
      const now = await settled(placed.number, status);
      assert.equal(now.lines[0].product.stock.quantity, status === 'PAID' ? left - 2 : left);
      assert.equal(now.paid, status === 'PAID' ? now.total : '0');
    }
  });
});

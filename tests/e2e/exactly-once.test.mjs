// 1,000 mutations with idempotency keys, while the server is killed, database backends are ended and PostgreSQL
// crashes: clients send again until they have an answer, and each mutation has happened exactly once.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const MUTATIONS = 1000;
const CLIENTS = 32;

const SQL = `
create table account (id int primary key, balance int not null);
insert into account select i, 0 from generate_series(0, 9) i;
create table transfer (
  id bigint generated always as identity primary key, number int not null, account int not null references account
);
-- Twice the same would be seen three times: in the table, in the balance, in the answer's id.
create function transfer(number int, account int) returns bigint language plpgsql as $$
declare made bigint;
begin
  insert into transfer (number, account) values (transfer.number, transfer.account) returning id into made;
  perform pg_sleep(0.002 * (made % 4));
  update account set balance = balance + 1 where id = transfer.account;
  return made;
end $$;
-- The commit takes a while, so that faults meet it, too.
create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(0.005); return null; end $$;
create constraint trigger slow_commit after insert on transfer deferrable initially deferred
  for each row execute function nap();
`;

const SDL = `
type Account @source(relation: "account") { id: Int! balance: Int! }
type Query { accounts: [Account!]! }
type Mutation { transfer(number: Int!, account: Int!): BigInt @function(name: "transfer") }
`;

const sleep = (ms) => new Promise((next) => { setTimeout(next, ms); });

describe('exactly once', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL, args: ['--pool-isolated', '4'] }); });
  after(async () => f?.stop());

  const answers = new Map();
  const seen = { lost: 0, again: 0, busy: 0, replayed: 0, faults: [] };

  async function attempt(number) {
    const key = createHash('sha256').update(`transfer ${number}`).digest('hex');
    let answer;
    try {
      answer = await f.server.post({
        query: 'mutation ($n: Int!, $a: Int!) { transfer(number: $n, account: $a) }',
        variables: { n: number, a: number % 10 },
      }, { 'idempotency-key': key });
    } catch {
      seen.lost += 1;
      return false;
    }
    if (answer.status === 200 && !answer.body.errors) {
      seen.replayed += answer.headers.get('idempotency-replayed') === 'true';
      answers.set(number, answer.text);
      return true;
    }
    seen.busy += answer.status === 409;
    const [error] = answer.body.errors;
    assert.ok(['UNAVAILABLE', 'CONFLICT', 'TIMEOUT'].includes(error.extensions.code), answer.text);
    return false;
  }

  async function client(numbers) {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      while (!await attempt(number)) {
        seen.again += 1;
        await sleep(20);
      }
    }
  }

  const faults = {
    async 'server killed'() {
      // It hears no more of what the database does with what it was sent, and something was done of which
      // the clients have not heard.
      for (;;) {
        f.server.child.kill('SIGSTOP');
        await sleep(50);
        if (Number(await f.pg.sql('select count(*) from transfer')) > answers.size) break;
        if (answers.size === MUTATIONS) break;
        f.server.child.kill('SIGCONT');
        await sleep(7);
      }
      await f.server.stop('SIGKILL');
      await f.serve();
    },
    async 'backends ended'() {
      await f.pg.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fraiseql'");
    },
    async 'PostgreSQL crashed'() {
      await f.pg.halt('SIGQUIT');
      await f.pg.boot();
    },
  };

  it(`${MUTATIONS} mutations through kill -9 of the server, of backends and of PostgreSQL`, async () => {
    const numbers = Array.from({ length: MUTATIONS }, (_, i) => i);
    const clients = Promise.all(Array.from({ length: CLIENTS }, () => client(numbers)));
    // a fault each time that another tenth is answered
    const names = Object.keys(faults);
    for (let tenth = 1; tenth < 10; tenth += 1) {
      while (answers.size < tenth * MUTATIONS / 10) await sleep(5);
      const name = names[tenth % names.length];
      const before = answers.size;
      await faults[name]();
      seen.faults.push(`${name} at ${before}`);
    }
    await clients;
    console.log(`faults: ${seen.faults.join(', ')}`);
    console.log(`connections lost ${seen.lost}, sent again ${seen.again}, `
      + `refused as busy ${seen.busy}, answered from the store ${seen.replayed}`);
    assert.equal(seen.faults.length, 9);
    assert.ok(seen.again > 0, 'no fault was felt');
    assert.ok(seen.replayed > 0, 'nothing was done whose answer got lost');

    assert.equal(await f.pg.sql('select count(*), count(distinct number) from transfer'), `${MUTATIONS}|${MUTATIONS}`);
    assert.equal(await f.pg.sql('select sum(balance), min(balance), max(balance) from account'),
      `${MUTATIONS}|${MUTATIONS / 10}|${MUTATIONS / 10}`);
    const stored = (await f.pg.sql('select number, id from transfer')).split('\n').map((line) => line.split('|'));
    for (const [number, id] of stored)
      assert.equal(answers.get(Number(number)), `{"data":{"transfer":"${id}"}}`);
  });
});

// The change log: every change of a row once, whoever makes it, with what is known of who and why.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server, inherited, program } from './lib/server.mjs';

const run = promisify(execFile);
const SECRET = 'a secret of at least thirty-two bytes';

const SQL = `
create table account (id int primary key, owner text not null, balance numeric not null, pin text);
create function move(from_id int, to_id int, amount numeric) returns boolean language plpgsql as $$ begin
  update account set balance = balance + case id when from_id then -amount else amount end where id in (from_id, to_id);
  if (select balance < 0 from account where id = from_id) then raise exception 'not enough'; end if;
  return true;
end $$;
create function open_account(id int, owner text) returns account language sql as
  $$ insert into account values (id, owner, 100, '1234') returning * $$;
`;
const SDL = `
type Account @source(relation: "account") { id: Int! owner: String! balance: Decimal! }
type Query { accounts: [Account!]! }
type Mutation {
  openAccount(id: Int!, owner: String!): Account! @function(name: "open_account")
  move(fromId: Int!, toId: Int!, amount: Decimal!): Boolean! @function(name: "move")
}
`;

const base64url = (text) => Buffer.from(text).toString('base64url');
function token(claims) {
  const signed = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

describe('change log', () => {
  let pg;
  let server;
  let dir;

  const cli = (...args) => run(program, [...args, '--database', pg.url], { env: inherited });
  const apply = async (script) => {
    const file = join(dir, 'script.sql');
    await writeFile(file, script);
    await pg.file(file);
  };
  const log = async (columns = 'operation, key, before, after, mutation') => JSON.parse(await pg.sql(
    `select coalesce(json_agg(x), '[]') from (select ${columns} from fraiseql.change_log order by id) x`));

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-changes-'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    pg = await Postgres.start();
    await cli('db', 'install');
    await pg.sql(SQL);
    await apply((await cli('generate', 'change-log', 'account', '--without', 'pin')).stdout);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url,
      '--no-log-access', '--auth-secret', SECRET, '--change-log-context']);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('tells a mutation and who sent it, each change once', async () => {
    const headers = {
      authorization: `Bearer ${token({ sub: 'mira', tenant_id: '7', role: 'teller', exp: 4102444800 })}`,
      'x-request-id': 'request-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const query = `mutation { a: openAccount(id: 1, owner: "Ada") { id } b: openAccount(id: 2, owner: "Bob") { id }
      move(fromId: 1, toId: 2, amount: 30) }`;
    const { body } = await server.post({ query }, headers);
    assert.equal(body.errors, undefined);
    const rows = await log('operation, key, before, after, user_id, tenant_id, role, request_id, trace_id, mutation');
    const who = {
      user_id: 'mira', tenant_id: '7', role: 'teller', request_id: 'request-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c', mutation: 'openAccount, openAccount, move',
    };
    const account = (id, owner, balance) => ({ id, owner, balance });
    assert.deepEqual(rows, [
      { operation: 'INSERT', key: { id: 1 }, before: null, after: account(1, 'Ada', 100), ...who },
      { operation: 'INSERT', key: { id: 2 }, before: null, after: account(2, 'Bob', 100), ...who },
      { operation: 'UPDATE', key: { id: 1 }, before: account(1, 'Ada', 100), after: account(1, 'Ada', 70), ...who },
      { operation: 'UPDATE', key: { id: 2 }, before: account(2, 'Bob', 100), after: account(2, 'Bob', 130), ...who },
    ].sort((a, b) => rows.findIndex((r) => r.operation === a.operation && r.key.id === a.key.id)
      - rows.findIndex((r) => r.operation === b.operation && r.key.id === b.key.id)));
  });

  it('keeps nothing of what was rolled back', async () => {
    const before = (await log()).length;
    const { body } = await server.post({ query: 'mutation { move(fromId: 1, toId: 2, amount: 3000) }' });
    assert.equal(body.errors[0].extensions.code, 'MUTATION_FAILED');
    await server.post({ query: 'mutation @dryRun { move(fromId: 1, toId: 2, amount: 1) }' });
    assert.equal((await log()).length, before);
  });

  it('tells changes from outside, and anonymous mutations', async () => {
    await pg.sql(`delete from fraiseql.change_log; update account set owner = 'Bea' where id = 2;
      update account set owner = owner; update account set pin = '9' where id = 1;
      delete from account where id = 2`);
    await server.data('mutation { openAccount(id: 3, owner: "Cleo") { id } }');
    const rows = await log('operation, key, mutation, user_id, request_id is not null as asked');
    assert.deepEqual(rows, [
      { operation: 'UPDATE', key: { id: 2 }, mutation: null, user_id: null, asked: false },
      { operation: 'UPDATE', key: { id: 1 }, mutation: null, user_id: null, asked: false },
      { operation: 'DELETE', key: { id: 2 }, mutation: null, user_id: null, asked: false },
      { operation: 'INSERT', key: { id: 3 }, mutation: 'openAccount', user_id: null, asked: true },
    ]);
    const leak = "select count(*) from fraiseql.change_log where before::text || after::text like '%pin%'";
    assert.equal(await pg.sql(leak), '0');
  });

  it('has partitions made ahead by the server, and drops old ones', async () => {
    const month = (await pg.sql("select to_char(now() at time zone 'UTC', 'YYYY_MM')"));
    await pg.sql('delete from fraiseql.change_log');
    await pg.sql("select fraiseql.change_log_maintain('90 days')");
    assert.equal(await pg.sql(`select to_regclass('fraiseql.change_log_${month}') is not null`), 't');
    await pg.sql(`create table fraiseql.change_log_2020_01 partition of fraiseql.change_log
      for values from ('2020-01-01') to ('2020-02-01')`);
    await pg.sql("select fraiseql.change_log_maintain('90 days')");
    assert.equal(await pg.sql("select to_regclass('fraiseql.change_log_2020_01') is null"), 't');
    await pg.sql("insert into account values (9, 'Zoe', 1, null); truncate account");
    assert.deepEqual((await log('operation, tableoid::regclass::text as part')), [
      { operation: 'INSERT', part: `fraiseql.change_log_${month}` },
      { operation: 'TRUNCATE', part: `fraiseql.change_log_${month}` },
    ]);
  });

  it('who may not write the log can not put its trigger on a table, but changes what has one', async () => {
    await pg.sql('create role stranger; grant create on schema public to stranger; grant all on account to stranger');
    await assert.rejects(pg.sql(`set role stranger; create table forged (id int primary key);
      create trigger t after insert on forged referencing new table as new_rows
      for each statement execute function fraiseql.change_log_write('id')`), /permission denied for function/);
    const before = (await log()).length;
    await pg.sql("set role stranger; insert into account values (20, 'Eve', 1, null)");
    assert.equal((await log()).length, before + 1);
  });

  it('refuses what it can not log, and goes away again', async () => {
    await pg.sql('create table keyless (n int)');
    await assert.rejects(cli('generate', 'change-log', 'keyless'), /"keyless" has no primary key/);
    await assert.rejects(cli('generate', 'change-log', 'acount'), /no table "acount"; did you mean "account"/);
    await assert.rejects(cli('generate', 'change-log', 'account', '--without', 'pim'), /did you mean "pin"/);
    await apply((await cli('generate', 'change-log', 'account', '--drop')).stdout);
    const before = (await log()).length;
    await pg.sql("insert into account values (10, 'x', 1, null)");
    assert.equal((await log()).length, before);
  });
});

// A role that row-level security does not bind is not served with, and views that go past it are named.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fraiseql } from './lib/command.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const SQL = `
create role keeper login; create role reader login; create role heir login in role keeper;
create role bypass login bypassrls; create role stranger; create role member; grant member to reader;
create table guarded (id int primary key, name text);
alter table guarded owner to keeper;
alter table guarded enable row level security;
create policy p on guarded using (name = current_user);
insert into guarded values (1, 'reader'), (2, 'member'), (3, 'keeper');
create view past_it as select * from guarded;
create view bound with (security_invoker = true) as select * from guarded;
alter view bound owner to keeper;
grant select on guarded, past_it, bound to public;
`;

const SDL = `
type Row @source(relation: "guarded") { id: Int! name: String }
type Query { rows: [Row!]! }
`;

describe('roles and row-level security', () => {
  let pg;
  let dir;
  const start = (role, ...args) => Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--no-log-access',
    '--database', pg.url.replace('test@', `${role}@`), ...args]);
  const serves = async (role, args, names) => {
    const server = await start(role, ...args);
    try {
      const { rows } = await server.data('{ rows { name } }');
      assert.deepEqual(rows.map((row) => row.name), names);
      return server.log;
    } finally {
      await server.stop();
    }
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-roles-'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    pg = await Postgres.start();
    await pg.sql(SQL);
  });
  after(async () => {
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('refuses a superuser', () => assert.rejects(start('test'), /"test" is not bound.*superuser.*guarded/s));
  it('refuses BYPASSRLS', () => assert.rejects(start('bypass'), /"bypass" is not bound.*BYPASSRLS/s));
  it('refuses the owner', () => assert.rejects(start('keeper'), /"keeper" is not bound.*owner/s));
  it('refuses who has the rights of the owner', () => assert.rejects(start('heir'), /"heir" is not bound.*owner/s));
  it('starts as such a role when told to', () =>
    serves('test', ['--allow-bypass-rls'], ['reader', 'member', 'keeper']));
  it('serves with a role that is bound, and names the view that is not', async () => {
    const log = await serves('reader', [], ['reader']);
    assert.match(log, /view past_it reads guarded past its row-level security, with the rights of test/);
    assert.ok(!/view bound/.test(log));
  });
  it('switches to a member role', () => serves('reader', ['--auth-anonymous-role', 'member'], ['member']));
  it('refuses a role that it can not switch to', () =>
    assert.rejects(start('reader', '--auth-anonymous-role', 'stranger'), /not a member of the role "stranger"/));
  it('refuses a role to switch to that is not bound', () =>
    assert.rejects(start('heir', '--auth-anonymous-role', 'keeper'), /not bound/));
  it('leaves work of the server alone that its role may not do, and says so once', async () => {
    await fraiseql(['db', 'install', '--database', pg.url]);
    const from = pg.log.length;
    const server = await start('reader', '--sagas-poll', '20ms');
    await server.waitLog(/partitions are not looked after here: .* no EXECUTE on fraiseql.change_log_maintain/);
    await new Promise((next) => { setTimeout(next, 200); });
    await server.stop();
    assert.equal(server.log.match(/steps of sagas are not run here: .* no EXECUTE on fraiseql.saga_run/g).length, 1);
    assert.doesNotMatch(pg.log.slice(from), /permission denied/);
  });
  it('serves the owner when the policies are forced', async () => {
    await pg.sql('alter table guarded force row level security');
    await serves('keeper', [], ['keeper']);
  });
});

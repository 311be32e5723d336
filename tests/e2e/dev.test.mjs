// `fraiseql dev`: the private database, what a change of each file does, what a mistake does, and how it ends.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute, fraiseql } from './lib/command.mjs';
import { Server, program } from './lib/server.mjs';

let base;
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'fraiseql-dev-'));
  await chmod(base, 0o755);
});
after(() => rm(base, { recursive: true, force: true }));

async function fresh(name) {
  const { code, stderr } = await fraiseql(['init', name], { cwd: base });
  assert.equal(code, 0, stderr);
  return join(base, name);
}

const dev = (dir, options) => Server.start(['dev', '--dir', dir], options);
const titles = async (server) => (await server.data('{ tasks { title } }')).tasks.map((t) => t.title);
const status = async (server) => (await fetch(`${server.url}/_dev/status`)).json();
const STARTED = ['Start the server', 'Ask for the tasks', 'Write a type of your own'];
const ENDED = { code: 0, signal: null };

/** Changes a file and waits for what the log says to it. */
async function change(server, file, edit, said) {
  const from = server.log.length;
  const text = await readFile(file, 'utf8').catch(() => '');
  await writeFile(file, edit(text));
  await server.waitLog(said, 20_000, from);
  return server.log.slice(from);
}

describe('a project under work', () => {
  let dir;
  let server;
  let schema;
  before(async () => {
    dir = await fresh('work');
    schema = join(dir, 'schema.graphql');
    server = await dev(dir);
  });
  after(async () => assert.deepEqual(await server?.stop(), ENDED));

  it('was built from db/ at the first start', async () => {
    assert.match(server.log, /initialising the database/);
    assert.match(server.log, /building the database from 2 SQL files/);
    assert.deepEqual(await titles(server), STARTED);
  });

  it('logs each request in one line', async () => {
    const from = server.log.length;
    await server.post({ query: 'query Named { tasks { id } }' }, { 'x-request-id': 'mine-1' });
    const [line] = await server.waitLog(/.*request_id=mine-1.*/, 5000, from);
    assert.match(line, /POST \/graphql status=200 duration_ms=[\d.]+ .*operation="?Named"?/);
  });

  it('logs briefly, and nothing of what the page asks for by itself', async () => {
    const from = server.log.length;
    for (const path of ['/', '/graphiql.css', '/_dev/status', '/nowhere']) {
      await (await fetch(server.url + path)).text();
    }
    await server.post({ query: 'query Brief { tasks { id } }' });
    await server.waitLog(/Brief/, 5000, from);
    assert.deepEqual(server.log.slice(from).trim().split('\n').map((line) => line.slice(14)
      .replace(/_ms=[\d.]+/, '_ms=N')), ['info  GET /nowhere status=404 duration_ms=N',
      'info  POST /graphql status=200 duration_ms=N operation="Brief"']);
  });

  it('serves a new field as soon as the schema is saved', async () => {
    await change(server, schema, (text) => text.replace('  createdAt: DateTime!\n',
      '  createdAt: DateTime!\n  "Again."\n  name: String! @column(name: "title")\n'), /schema compiled/);
    assert.equal((await server.data('{ tasks(limit: 1) { name } }')).tasks[0].name, STARTED[0]);
  });

  it('serves a new column as soon as the SQL is saved', async () => {
    await change(server, join(dir, 'db/schema/02_extra.sql'),
      () => 'create table tb_extra (id int primary key); insert into tb_extra values (7);', /building .* 3 SQL files/);
    await change(server, schema, (text) => `${text}
type Extra @source(relation: "tb_extra") { id: Int! }
extend type Query { extras: [Extra!]! }\n`, /schema compiled/);
    assert.deepEqual(await server.data('{ extras { id } }'), { extras: [{ id: 7 }] });
  });

  it('makes the database anew when a seed changes, and forgets what was beside it', async () => {
    await server.data('mutation { createTask(input: {title: "Beside"}) { __typename } }');
    assert.equal((await titles(server)).length, 4);
    await change(server, join(dir, 'db/seeds/02_more.sql'),
      () => "insert into tb_task (title, created_at) values ('Seeded', '2024-01-02');", /schema compiled/);
    assert.deepEqual(await titles(server), [...STARTED, 'Seeded']);
  });

  it('keeps serving when the schema breaks, shows the line with a caret, and recovers', async () => {
    const good = await readFile(schema, 'utf8');
    const generation = (await status(server)).generation;
    const log = await change(server, schema, (text) => text.replace('title: String!', 'title: Strin!'),
      /the previous one keeps serving/);
    assert.match(log, /schema\.graphql:4:10: error: Unknown type "Strin"\. Did you mean "String"\?\n/);
    assert.match(log, /\n +title: Strin!\n +\^\n/);
    assert.deepEqual(await titles(server), [...STARTED, 'Seeded']);
    const broken = await status(server);
    assert.equal(broken.ok, false);
    assert.equal(broken.errors[0].line, 4);
    assert.equal(broken.errors[0].column, 10);
    assert.match(broken.errors[0].file, /schema\.graphql$/);
    assert.match(broken.errors[0].excerpt, /^ +title: Strin!\n +\^$/);
    await change(server, schema, () => good, /schema compiled/);
    const repaired = await status(server);
    assert.equal(repaired.ok, true);
    assert.ok(repaired.generation > generation);
  });

  it('keeps the database when a file of SQL breaks, and names its line', async () => {
    const file = join(dir, 'db/schema/02_extra.sql');
    const good = await readFile(file, 'utf8');
    const log = await change(server, file, (text) => `${text}\n\ncreate tabel x ();\n`, /keeps serving/);
    assert.match(log, /db\/schema\/02_extra\.sql:3:8: error: syntax error at or near "tabel"\n/);
    assert.match(log, /\n {4}create tabel x \(\);\n {4} {7}\^\n/);
    assert.match(log, /error the SQL can't be run; the previous database keeps serving\n/);
    assert.deepEqual(await server.data('{ extras { id } }'), { extras: [{ id: 7 }] });
    const { ok, errors: [error] } = await status(server);
    assert.equal(ok, false);
    assert.match(error.file, /02_extra\.sql$/);
    assert.equal(error.line, 3);
    assert.equal(error.excerpt, 'create tabel x ();\n       ^');
    await change(server, file, () => good.replace('tb_extra values', 'tb_extrra values'), /keeps serving/);
    assert.equal((await status(server)).errors[0].message, 'relation "tb_extrra" does not exist');
    await change(server, file, () => good, /schema compiled/);
    assert.equal((await status(server)).ok, true);
  });

  it('takes up a schema that was away for a while', async () => {
    const from = server.log.length;
    await rename(schema, `${schema}.away`);
    await server.waitLog(/there is no schema\.graphql/, 20_000, from);
    assert.equal((await status(server)).ok, false);
    assert.deepEqual(await server.data('{ extras { id } }'), { extras: [{ id: 7 }] });
    await rename(`${schema}.away`, schema);
    await server.waitLog(/schema compiled/, 20_000, from);
    assert.equal((await status(server)).ok, true);
    await change(server, schema, (text) => text.replace('String!', 'Strin!'), /keeps serving/);
    await change(server, schema, (text) => text.replace('Strin!', 'String!'), /schema compiled/);
  });

  it('takes up a folder of SQL that is new', async () => {
    const seeds = join(dir, 'db/seeds');
    const from = server.log.length;
    await rename(seeds, `${seeds}.away`);
    await server.waitLog(/schema compiled/, 20_000, from);
    assert.deepEqual(await titles(server), []);
    const later = server.log.length;
    await rename(`${seeds}.away`, seeds);
    await server.waitLog(/schema compiled/, 20_000, later);
    await change(server, join(seeds, '02_more.sql'), (text) => `${text}\n`, /schema compiled/);
    assert.deepEqual(await titles(server), [...STARTED, 'Seeded']);
  });

  it('keeps its settings when fraiseql.yaml breaks, and takes up good ones', async () => {
    const file = join(dir, 'fraiseql.yaml');
    const log = await change(server, file, () => 'lists:\n  max_limt: 2\n', /unknown setting/);
    assert.match(log, /fraiseql\.yaml:2: unknown setting "lists\.max_limt"; did you mean "lists\.max_limit"\?/);
    assert.equal((await titles(server)).length, 4);
    const { errors: [error] } = await status(server);
    assert.match(error.file, /fraiseql\.yaml$/);
    assert.equal(error.line, 2);
    assert.equal(error.message, 'unknown setting "lists.max_limt"; did you mean "lists.max_limit"?');
    // What only shows when everything is put together, or when it is used.
    await change(server, file, () => 'lists:\n  default_limit: 2000\n', /lists\.default_limit must not be greater/);
    await change(server, file, () => 'schema: nowhere.graphql\n', /nowhere\.graphql does not exist/);
    await change(server, file, () => 'database: postgresql://127.0.0.1:1/none\n', /port 1 failed: Connection refused/);
    assert.equal((await titles(server)).length, 4);
    const pid = server.child.pid;
    const from = server.log.length;
    await writeFile(file, 'lists:\n  max_limit: 2\n  default_limit: 2\n');
    const [, url] = await server.waitLog(/serving (http:\/\/[^/]+)\/graphql/, 30_000, from);
    server.url = url; // any free port was asked for, so it is another
    await server.waitReady();
    assert.equal(server.child.pid, pid);
    assert.match(server.log.slice(from), /fraiseql\.yaml changed: starting again/);
    assert.equal((await titles(server)).length, 2);
  });

  it('does without fraiseql.yaml when it is removed, and is not ended by a wrong new one', async () => {
    const file = join(dir, 'fraiseql.yaml');
    const good = await readFile(file, 'utf8');
    const again = async (act) => {
      const from = server.log.length;
      await act();
      const [, url] = await server.waitLog(/serving (http:\/\/[^/]+)\/graphql/, 30_000, from);
      server.url = url;
      await server.waitReady();
    };
    await again(() => rm(file));
    assert.equal((await titles(server)).length, 4);
    await change(server, file, () => 'prot: 1\n', /fraiseql\.yaml:1: unknown setting "prot"; did you mean "port"\?/);
    assert.equal((await titles(server)).length, 4);
    await again(() => writeFile(file, good));
    assert.equal((await titles(server)).length, 2);
  });

  it('is refused to a second process, which says why', async () => {
    const second = await fraiseql(['dev', '--dir', dir, '--port', '0'], { timeout: 20_000 });
    assert.equal(second.code, 3, second.stderr);
    assert.match(second.stderr, /is in use by process \d+/);
    assert.equal((await titles(server)).length, 2);
  });

  it('shares its database with commands while it runs', async () => {
    const { stdout } = await fraiseql(['query', '-', '--dir', dir], { input: '{ tasks(limit: 1) { title } }' });
    assert.equal(stdout, '{"data":{"tasks":[{"title":"Start the server"}]}}\n');
  });

  it('says how to open the database with psql', async () => {
    const [, place] = server.log.match(/psql "([^"]+)"/);
    const { stdout } = await execute('psql', ['-XAt', '-c', 'select count(*) from tb_task', place]);
    assert.equal(stdout, '4\n');
  });
});

describe('starts and ends', () => {
  it('takes up what changes while it starts', async () => {
    const dir = await fresh('early');
    const starting = dev(dir, { ready: false });
    while (!existsSync(join(dir, '.fraiseql/postgres/data.new'))) await sleep(5);
    await writeFile(join(dir, 'fraiseql.yaml'), 'lists:\n  default_limit: 1\n');
    const server = await starting;
    const [, url] = await server.waitLog(/starting again[^]*serving (http:\/\/[^/]+)\/graphql/, 60_000);
    server.url = url;
    await server.waitReady();
    assert.deepEqual(await titles(server), STARTED.slice(0, 1));
    assert.deepEqual(await server.stop(), ENDED);
  });

  it('starts with a broken schema, says so everywhere, and serves when it is repaired', async () => {
    const dir = await fresh('broken');
    const schema = join(dir, 'schema.graphql');
    const good = await readFile(schema, 'utf8');
    await writeFile(schema, good.replace('"v_task"', '"v_taks"'));
    const server = await dev(dir, { ready: false });
    assert.match(server.log, /schema\.graphql:2:29: error: There is no table or view "v_taks"/);
    const ready = await fetch(`${server.url}/ready`);
    assert.equal(ready.status, 503);
    assert.equal((await ready.json()).checks.schema.ok, false);
    assert.equal((await status(server)).ok, false);
    assert.equal((await fetch(`${server.url}/`)).status, 200);
    const { status: code, body } = await server.post({ query: '{ tasks { title } }' });
    assert.equal(code, 503);
    assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
    await change(server, schema, () => good, /schema compiled/);
    await server.waitReady();
    assert.deepEqual(await titles(server), STARTED);
    assert.deepEqual(await server.stop(), ENDED);
  });

  it('survives kill -9: PostgreSQL ends with it, and the data are there at the next start', async () => {
    const dir = await fresh('killed');
    const first = await dev(dir);
    await first.data('mutation { createTask(input: {title: "Kept"}) { __typename } }');
    const pid = Number(readFileSync(join(dir, '.fraiseql/postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    first.child.kill('SIGKILL');
    await first.exit;
    const second = await dev(dir);
    assert.deepEqual(await titles(second), [...STARTED, 'Kept']);
    assert.doesNotMatch(second.log, /building the database/);
    const gone = await fetch(`${first.url}/health`).then(() => false, () => true);
    assert.ok(gone);
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone');
    assert.match(state, /^gone$|\) Z /, 'the first PostgreSQL has ended'); // a zombie where nobody waits for orphans
    assert.deepEqual(await second.stop(), ENDED);
  });

  it('runs two projects at once, each with a database of its own, in any folder', async () => {
    const long = join(base, `with blanks 'and' "quotes" ${'x'.repeat(90)}`);
    await mkdir(long);
    const one = await fresh('one');
    await cp(one, join(long, 'two'), { recursive: true });
    const servers = await Promise.all([dev(one), dev(join(long, 'two'))]);
    await servers[0].data('mutation { createTask(input: {title: "Only in one"}) { __typename } }');
    assert.deepEqual(await titles(servers[0]), [...STARTED, 'Only in one']);
    assert.deepEqual(await titles(servers[1]), STARTED);
    for (const server of servers) assert.deepEqual(await server.stop(), ENDED);
  });

  it('ends PostgreSQL with it, and leaves no socket', async () => {
    const dir = await fresh('ended');
    const server = await dev(dir);
    const run = join(dir, '.fraiseql/postgres/data/postmaster.pid');
    assert.ok(existsSync(run));
    assert.deepEqual(await server.stop('SIGINT'), ENDED);
    assert.equal(existsSync(run), false);
    assert.deepEqual((await readdir(join(dir, '.fraiseql/postgres/run'))).filter((f) => !f.startsWith('.')), []);
  });

  const root = process.getuid() === 0;
  const user = `fraiseqle2e${process.pid}`;
  it('works for an ordinary user', { skip: root ? false : 'every other test here runs as one' }, async () => {
    const home = join(base, 'home');
    execFileSync('useradd', ['--home-dir', home, '--create-home', '--shell', '/bin/sh', user]);
    try {
      const id = (flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
      const [uid, gid] = [id('-u'), id('-g')];
      await chmod(home, 0o700); // as most homes are
      const binary = join(base, 'fraiseql-copy');
      await copyFile(program, binary);
      await chmod(binary, 0o755);
      const as = { uid, gid, cwd: home, env: { PATH: process.env.PATH, HOME: home } };
      execFileSync(binary, ['init', 'mine'], as);
      chownSync(home, uid, gid);
      const server = await Server.start(['dev', '--dir', join(home, 'mine')], { program: binary, as });
      assert.deepEqual(await titles(server), STARTED);
      const data = join(home, 'mine/.fraiseql/postgres/data');
      const owner = execFileSync('stat', ['-c', '%U', data], { encoding: 'utf8' });
      assert.equal(owner.trim(), user);
      assert.deepEqual(await server.stop(), ENDED);
    } finally {
      execFileSync('userdel', [user]);
    }
  });

  it('works for root, as another user', { skip: root ? false : 'needs root' }, async () => {
    const dir = await fresh('rooted');
    const server = await dev(dir);
    assert.deepEqual(await titles(server), STARTED);
    const [, place] = server.log.match(/psql "([^"]+)"/);
    const { stdout } = await execute('psql', ['-XAt', '-c', 'show data_directory', place]);
    const owner = execFileSync('stat', ['-c', '%U', stdout.trim()], { encoding: 'utf8' }).trim();
    assert.notEqual(owner, 'root');
    assert.deepEqual(await server.stop(), ENDED);
  });
});

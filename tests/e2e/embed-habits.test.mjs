// What programs do that have the library inside, and the library must bear: sleeping between operations, locales,
// changing the folder, signals, mistakes. Under AddressSanitizer, or ThreadSanitizer in a build that has it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { execute } from './lib/command.mjs';
import { Library } from './lib/library.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server, root } from './lib/server.mjs';

const run = promisify(execFile);

const SQL = `
create table item (n int primary key, weight float8);
insert into item values (1, 1.5), (2, 1.25);
create function add_one(n int) returns int immutable language sql as 'select n + 1';`;

const SDL = `
type Item @source(relation: "item") { n: Int! weight: Float }
type Query {
  items: [Item!]!
  add(n: Int!): Int @function(name: "add_one")
  one: Int @resolver(name: "one")
  failing: String @resolver(name: "failing")
  away: String @resolver(name: "away")
}`;

/** A locale whose numbers have a comma, made here: it needs no package. Returns its folder. */
async function commaLocale(dir) {
  const characters = Array.from({ length: 128 }, (_, i) => {
    const hex = i.toString(16).padStart(2, '0');
    return `<U00${hex.toUpperCase()}> /x${hex} x`;
  });
  await writeFile(join(dir, 'charmap'), ['<code_set_name> COMMA', '<comment_char> %', '<escape_char> /',
    '<mb_cur_min> 1', '<mb_cur_max> 1', 'CHARMAP', ...characters, 'END CHARMAP', ''].join('\n'));
  await writeFile(join(dir, 'comma'), ['comment_char %', 'escape_char /', 'LC_NUMERIC', 'decimal_point ","',
    'thousands_sep ""', 'grouping -1', 'END LC_NUMERIC', ''].join('\n'));
  await mkdir(join(dir, 'locales'));
  // -c: it complains of the categories that are not there
  await run('localedef', ['-c', '-f', join(dir, 'charmap'), '-i', join(dir, 'comma'), join(dir, 'locales/comma')])
    .catch(() => undefined);
  return join(dir, 'locales');
}

describe('a program with the library inside', { concurrency: 2 }, () => {
  let dir;
  let pg;
  let library;
  let env;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-habits-'));
    library = await Library.install();
    pg = await Postgres.start();
    await pg.sql(SQL);
    await mkdir(join(dir, 'project'));
    await writeFile(join(dir, 'project/schema.graphql'), SDL);
    env = await library.compile(join(root, 'tests/e2e/embed/habits.c'), join(dir, 'habits'));
  });
  after(async () => {
    await pg?.stop();
    await library?.remove();
    await rm(dir, { recursive: true, force: true });
  });

  const settings = () => [`database=${pg.url}`, 'port=0', 'workers=1', 'log.level=warn'];
  const start = (habit, more = [], options = {}) => execute(join(dir, 'habits'),
    [habit, join(dir, 'project'), ...settings(), ...more], { ...options, env: { ...env, ...options.env } });

  /** The lines that it prints, after an end that nothing complains about. */
  async function lines(...args) {
    const { code, signal, stdout, stderr } = await start(...args);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, stdout + stderr);
    return stdout.trimEnd().split('\n');
  }

  /** What it says about a project that it can't open. */
  async function refusal(...args) {
    const { code, stdout, stderr } = await start(...args);
    assert.equal(code, 1, stdout + stderr);
    return stdout.trimEnd();
  }

  const values = (printed) => printed.map((line) => JSON.parse(line).data ?? JSON.parse(line));

  it('may sleep longer than every deadline between two operations', async () => {
    const items = { items: [{ n: 1 }, { n: 2 }] };
    assert.deepEqual(values(await lines('sleeps', ['timeout.resolver=2s', 'timeout.statement=2s'])),
      [{ one: 1 }, items, { one: 1 }, items]);
  });

  it('may speak a language that writes numbers with a comma', async () => {
    const [number, ...printed] = await lines('speaks', [],
      { env: { LC_ALL: 'comma', LOCPATH: await commaLocale(dir), ASAN_OPTIONS: 'detect_leaks=0:exitcode=99' } });
    assert.equal(number, '1,5', 'the locale is in use');
    const [refused, ...found] = values(printed);
    assert.match(refused.errors[0].message, /Int cannot represent non-integer value: 1\.5/);
    assert.deepEqual(found, [{ items: [{ weight: 1.5 }] }, { items: [{ n: 1 }] }]);
  });

  it('may leave the folder that it began in', async () => {
    assert.deepEqual(await lines('moves'), ['reload 0', 'serve 0']);
  });

  it('gets its signals itself, whatever threads the library has', async () => {
    assert.deepEqual(await lines('waits'), ['serve 0', '{"data":{"one":1}}', 'signal 1']);
  });

  it('is told of a resolver without a function, and of two with one name', async () => {
    assert.equal(await refusal('no-fn'), 'open 2 the resolver "one" has no function');
    assert.equal(await refusal('twice'), 'open 2 there are two resolvers with the name "one"');
  });

  it('gets messages that are UTF-8 to their end, wherever they are cut', async () => {
    for (const before of ['', ' ']) {
      const field = (_, i) => `  f${i}: Nowhere # ${before}${'é'.repeat(20)}`;
      const schema = join(dir, `${before.length}.graphql`);
      await writeFile(schema, ['type Query {', ...Array.from({ length: 60 }, field), '}'].join('\n'));
      const message = await refusal('none', [`schema=${schema}`]);
      assert.match(message, /^open 1 .*Nowhere/);
      const bytes = Buffer.byteLength(message.slice('open 1 '.length));
      assert.ok(bytes >= 2046 && !message.includes('\ufffd'), `${bytes} ${message.slice(-30)}`);
    }
  });

  it('is told of more threads than there can be', async () => {
    assert.equal(await refusal('none', ['resolvers.threads=65']), 'open 2 resolvers.threads must be at most 64');
  });

  it('is told what is wrong with an identity', async () => {
    const printed = await lines('errs');
    assert.deepEqual(printed.slice(0, 7).concat(printed[8]), [
      '2 the member "user_id" of an identity is not UTF-8',
      '2 the member "claims" of an identity is not UTF-8',
      '2 the claims of an identity are not a JSON object',
      '2 a setting of an identity is not UTF-8',
      '2 the setting "app.plan" of an identity must be app.name=value, in lower case',
      '2 the database role of an identity must be a role\'s name, not "none"',
      '2 the database role of an identity must be a role\'s name, not ""',
      '2 an identity has at most 256 roles and 256 scopes',
    ]);
    const [unknown] = JSON.parse(printed[7]).errors; // a mistake of the program's, so not of the client's
    assert.equal(unknown.extensions.code, 'INTERNAL', printed[7]);
    assert.match(unknown.extensions.reference, /^[0-9a-f]{32}$/);
    assert.equal(JSON.parse(printed[9]).errors[0].message, 'caf\ufffd');
    assert.equal(JSON.parse(printed[10]).errors[0].extensions.code, 'UNAVAILABLE', 'which is not the database');
  });

  it('may say what is no UTF-8: clients get JSON', async () => {
    const server = await Server.spawn(join(dir, 'habits'),
      ['serves', join(dir, 'project'), ...settings(), 'log.level=info'], env);
    try {
      const strict = new TextDecoder('utf-8', { fatal: true });
      const post = async (how, query = '{ items { n } failing }') => {
        const answer = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-how': how },
          body: JSON.stringify({ query }),
        });
        return { status: answer.status, body: JSON.parse(strict.decode(await answer.arrayBuffer())) };
      };
      const refused = await post('refuse');
      assert.equal(refused.status, 401);
      assert.equal(refused.body.errors[0].message, 'caf\ufffd');
      const latin1 = await post('latin1');
      assert.equal(latin1.status, 500);
      assert.equal(latin1.body.errors[0].message, 'The configuration can\'t be honoured.');
      assert.match(server.log, /error the member "user_id" of an identity is not UTF-8 request_id=[0-9a-f]{32}/);
      assert.deepEqual(await post('', '{ away }').then(({ status, body }) => [status, body.data]),
        [200, { away: null }]);
      assert.equal((await post('')).body.errors[0].message, 'caf\ufffd');
      assert.match(server.out, /^serve 0\nagain 2 it is serving already$/m);
    } finally {
      assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.log);
    }
  });
});

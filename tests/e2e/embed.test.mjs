// The library inside other programs: built with what `make install` leaves, by pkg-config, with AddressSanitizer.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Library } from './lib/library.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server, project, root } from './lib/server.mjs';

const run = promisify(execFile);

const SQL = `
create table item (n int primary key, name text, town text);
insert into item values (1, 'one', 'Ulm'), (2, 'two', null), (3, 'three', 'Rom');
create table part (id int primary key, item_n int not null references item, label text not null);
insert into part values (10, 1, 'a'), (11, 1, 'b'), (12, 3, 'c');
create view v_session as select 1 as id, nullif(current_setting('app.user_id', true), '') as user_id,
  nullif(current_setting('app.tenant_id', true), '') as tenant_id,
  nullif(current_setting('app.role', true), '') as role, nullif(current_setting('app.plan', true), '') as plan;
create table log (id int generated always as identity, word text);
create function add_log(word text) returns int language sql as 'insert into log (word) values (word) returning id';
create function make_item(n int, name text) returns item language sql as
  'insert into item values (n, name) returning *';
`;

const SDL = `
enum Colour { RED GREEN }
type Node { label: String kind: Colour childNodes: [Leaf!]! }
type Leaf { n: Int! double: Int! @resolver(name: "twice", requires: ["n"]) }
type Part @source(relation: "part") { id: Int! label: String! size: Int! @resolver(name: "size") }
type Item @source(relation: "item") {
  n: Int!
  name: String
  town: String
  parts: [Part!]! @relation(fields: ["n"], references: ["item_n"])
  echo(of: String = "x", manyWords: [Int!]): String @resolver(name: "echo", requires: ["n", "town"])
  size: Int @resolver(name: "size")
  nothing: String @resolver(name: "nothing")
  must: String! @resolver(name: "nothing")
  broken: String @resolver(name: "broken")
  wrong: Int @resolver(name: "wrong")
  list: [Int!] @resolver(name: "list")
  holes: [Int!] @resolver(name: "holes")
  tree: Node @resolver(name: "tree")
  failing: String @resolver(name: "failing")
  failingHard: String! @resolver(name: "failing")
  later: Int @resolver(name: "later")
  tooLate: Int @resolver(name: "too_late")
  atOnce: Int @resolver(name: "at_once")
}
type Session @source(relation: "v_session") { id: Int! userId: String tenantId: String role: String plan: String }
type Query {
  items: [Item!]!
  item(n: Int!): Item
  itemsConnection: ItemConnection!
  session: Session
  native: String @resolver(name: "echo")
  nativeTree: Node! @resolver(name: "tree")
  notes: String @resolver(name: "notes")
}
type Mutation {
  note(word: String!): Boolean @resolver(name: "note")
  addLog(word: String!): Int @function(name: "add_log")
  makeItem(n: Int!, name: String!): Item @function(name: "make_item")
}
`;

describe('the library inside a program', () => {
  let dir;
  let library;
  let pg;
  let host;
  let env;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-embed-'));
    library = await Library.install();
    pg = await Postgres.start();
    await pg.sql(SQL);
    await writeFile(join(dir, 'schema.graphql'), SDL);
    env = await library.compile(join(root, 'tests/e2e/embed/host.c'), join(dir, 'host'));
    host = await start();
  });
  after(async () => {
    if (host) assert.deepEqual(await host.stop(), { code: 0, signal: null }, host.log);
    await pg?.stop();
    await library?.remove();
    await rm(dir, { recursive: true, force: true });
  });

  const settings = () => [dir, `database=${pg.url}`, 'port=0', 'workers=1', 'timeout.resolver=400ms',
    'log.access=false'];
  const start = () => Server.spawn(join(dir, 'host'), settings(), env);
  const post = async (query, headers, variables) => (await host.post({ query, variables }, headers)).body;
  const errors = (body) => body.errors.map((e) => [e.path.join('.'), e.extensions.code, e.message]);

  it('runs an operation in the process, with an identity', () => {
    const [, body] = host.out.match(/^inside: (.*)$/m);
    assert.deepEqual(JSON.parse(body), {
      data: {
        items: [1, 2, 3].map((n) => ({
          n,
          size: 3,
          later: 3,
          echo: `Item.echo {"n":${n},"town":${['"Ulm"', 'null', '"Rom"'][n - 1]}} {"of":"x"} inside told`,
        })),
        session: { userId: 'inside' },
      },
    });
  });

  it('gives a resolver all parents of a level, what it requires, and its arguments', async () => {
    const { data } = await post(`query ($w: [Int!]) { items(where: {n: {neq: 2}}) {
      echo(of: "y", manyWords: $w) other: echo size parts { label size } } }`, undefined, { w: [1, 2] });
    assert.deepEqual(data.items, [
      {
        echo: 'Item.echo {"n":1,"town":"Ulm"} {"of":"y","many_words":[1,2]} - told',
        other: 'Item.echo {"n":1,"town":"Ulm"} {"of":"x"} - told',
        size: 2,
        parts: [{ label: 'a', size: 3 }, { label: 'b', size: 3 }],
      },
      {
        echo: 'Item.echo {"n":3,"town":"Rom"} {"of":"y","many_words":[1,2]} - told',
        other: 'Item.echo {"n":3,"town":"Rom"} {"of":"x"} - told',
        size: 2,
        parts: [{ label: 'c', size: 3 }],
      },
    ]);
  });

  it('answers fields of Query, alone and beside others', async () => {
    assert.deepEqual((await post('{ native }')).data, { native: 'Query.native {} {} - told' });
    assert.deepEqual((await post('{ a: native item(n: 1) { name } __typename nativeTree { label } }')).data, {
      a: 'Query.native {} {} - told', item: { name: 'one' }, __typename: 'Query', nativeTree: { label: 'root' },
    });
  });

  it('shapes objects and lists, and resolves fields of what was returned', async () => {
    const { data } = await post('{ items { list tree { __typename label kind childNodes { n double } } } }');
    const tree = {
      __typename: 'Node', label: 'root', kind: 'RED', childNodes: [{ n: 1, double: 2 }, { n: 2, double: 4 }],
    };
    assert.deepEqual(data.items, [1, 2, 3].map(() => ({ list: [1, 2, 3], tree })));
  });

  it('works in connections, and through relations that are embedded', async () => {
    const { data } = await post(`{ itemsConnection(first: 2) {
      edges { node { n size } } nodes { echo parts { size } } } }`);
    assert.deepEqual(data.itemsConnection.edges, [{ node: { n: 1, size: 2 } }, { node: { n: 2, size: 2 } }]);
    assert.deepEqual(data.itemsConnection.nodes.map((node) => node.parts), [[{ size: 2 }, { size: 2 }], []]);
  });

  it('takes answers from other threads, and at once', async () => {
    const { data } = await post('{ items { later atOnce } }');
    assert.deepEqual(data.items, [1, 2, 3].map(() => ({ later: 3, atOnce: 3 })));
  });

  it('reports errors per parent, at their paths', async () => {
    const body = await post('{ items { n failing wrong broken } }');
    assert.deepEqual(body.data.items.map((item) => item.failing), ['fine', null, 'fine']);
    assert.deepEqual(errors(body).sort(), [
      ...[0, 1, 2].map((i) => [`items.${i}.broken`, 'RESOLVER_FAILED', "The resolver's answer is not JSON."]),
      ['items.1.failing', 'NOT_FOUND', 'the second one'],
      ...[0, 1, 2].map((i) => [`items.${i}.wrong`, 'BAD_VALUE',
        "The stored value of Item.wrong can't be given in the field's type."]),
    ].sort());
  });

  it('lets null go to the nearest nullable value', async () => {
    const nothing = await post('{ items { n nothing } one: item(n: 1) { n must } two: item(n: 2) { n } }');
    assert.deepEqual(nothing.data, {
      items: [1, 2, 3].map((n) => ({ n, nothing: null })), one: null, two: { n: 2 },
    });
    assert.deepEqual(errors(nothing),
      [['one.must', 'NULL_VALUE', 'Cannot return null for non-nullable field Item.must.']]);
    const top = await post('{ session { id } items { failingHard n } }');
    assert.equal(top.data, null);
    assert.deepEqual(errors(top), [['items.1.failingHard', 'NOT_FOUND', 'the second one']]);
    const holes = await post('{ item(n: 1) { n holes list } }');
    assert.deepEqual(holes.data, { item: { n: 1, holes: null, list: [1, 2, 3] } });
    assert.deepEqual(errors(holes)[0].slice(0, 2), ['item.holes.1', 'NULL_VALUE']);
    const inList = await post('{ item(n: 1) { n inner: tree { label } } other: item(n: 3) { must size } }');
    assert.deepEqual(inList.data, { item: { n: 1, inner: { label: 'root' } }, other: null });
  });

  it('gives a resolver its time, and no more', async () => {
    const body = await post('{ items(limit: 1) { n size tooLate } }');
    assert.deepEqual(body.data, { items: [{ n: 1, size: 1, tooLate: null }] });
    assert.deepEqual(errors(body), [['items.0.tooLate', 'TIMEOUT', 'The resolver did not answer in time.']]);
  });

  it('survives clients that vanish while resolvers run', async () => {
    for (let i = 0; i < 5; i += 1) {
      const abort = new AbortController();
      const gone = fetch(`${host.url}/graphql`, {
        method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ items { tooLate later } }' }),
      }).catch(() => 'gone');
      await new Promise((next) => { setTimeout(next, 30); });
      abort.abort();
      assert.equal(await gone, 'gone');
    }
    assert.deepEqual((await post('{ item(n: 1) { size } }')).data, { item: { size: 1 } });
  });

  it('runs mutations in order, resolvers among functions', async () => {
    const { data } = await post(`mutation { a: note(word: "first") b: addLog(word: "sql") c: note(word: "second") }`);
    assert.deepEqual(data, { a: true, b: data.b, c: true });
    assert.equal((await post('{ notes }')).data.notes, '{word:first}{word:second}');
    const made = await post('mutation { makeItem(n: 9, name: "nine") { n size echo parts { size } } }');
    assert.deepEqual(made.data.makeItem,
      { n: 9, size: 1, echo: 'Item.echo {"n":9,"town":null} {"of":"x"} - told', parts: [] });
    await pg.sql('delete from item where n = 9');
    for (const directive of ['@atomic', '@dryRun']) {
      const body = await post(`mutation ${directive} { note(word: "x") }`);
      assert.match(body.errors[0].message, /can't be part of a transaction/);
    }
    const key = await post('mutation { makeItem(n: 10, name: "ten") { size } }', { 'idempotency-key': 'k' });
    assert.match(key.errors[0].message, /Idempotency-Key/);
    assert.equal(await pg.sql('select count(*) from item where n = 10'), '0');
  });

  it('asks the program who a request is from', async () => {
    const query = '{ session { userId tenantId role plan } native }';
    assert.deepEqual((await post(query, { 'x-user': 'ada' })).data, {
      session: { userId: 'ada', tenantId: '7', role: 'editor', plan: 'gold' }, native: 'Query.native {} {} ada told',
    });
    assert.equal((await post(query)).data.session.userId, null);
    const refused = await host.post({ query }, { 'x-user': 'evil' });
    assert.equal(refused.status, 401);
    assert.equal(refused.body.errors[0].message, 'We know you.');
  });

  it('answers many at once', async () => {
    const query = '{ items { size later tree { childNodes { double } } } }';
    const all = await Promise.all(Array.from({ length: 60 }, () => post(query)));
    for (const { data } of all) assert.deepEqual(data.items.map((i) => [i.size, i.later]), [[3, 3], [3, 3], [3, 3]]);
  });

  it('stops while a resolver of a request that is gone runs on', async () => {
    const other = await start();
    const abort = new AbortController();
    const gone = fetch(`${other.url}/graphql`, {
      method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ items { tooLate } }' }),
    }).catch(() => 'gone');
    await new Promise((next) => { setTimeout(next, 100); });
    abort.abort();
    await gone;
    assert.deepEqual(await other.stop(), { code: 0, signal: null }, other.log);
  });

  it('does not open when a resolver is missing', async () => {
    await assert.rejects(run(join(dir, 'host'), settings(), { env: { ...env, HOST_WITHOUT: '1' } }),
      /no resolver is registered under the name "/);
  });

  it('the program alone says that such fields are not its own', async () => {
    const server = await Server.start(['serve', '--dir', dir, '--database', pg.url]);
    try {
      assert.match(server.log, /Item.echo is answered by a program that has FraiseQL inside/);
      assert.equal((await server.data('{ items { n } }')).items.length, 3);
      const { body } = await server.post({ query: '{ items { n size } }' });
      assert.equal(body.errors[0].extensions.code, 'NOT_IMPLEMENTED');
    } finally {
      await server.stop();
    }
  });

  it('shows no names but its own', async () => {
    const header = await readFile(join(library.prefix, 'include/fraiseql.h'), 'utf8');
    const declared = [...header.matchAll(/^FQ_API [^;(]*?\b(fq_\w+)\(/gm)].map(([, name]) => name).sort();
    assert.ok(declared.length > 20, declared.join());
    const names = async (...args) => (await run('nm', [...args, '--defined-only'])).stdout.split('\n')
      .map((line) => line.split(' ')).filter((words) => words.length > 2).map((words) => words.at(-1)).sort();
    assert.deepEqual(await names('-D', join(library.folder, 'libfraiseql.so')),
      ['FRAISEQL_1', ...declared.map((name) => `${name}@@FRAISEQL_1`)]);
    assert.deepEqual(await names('-g', join(library.folder, 'libfraiseql.a')), declared);
  });

  it('can be linked statically, with what the pkg-config file names', async () => {
    const source = join(dir, 'version.c');
    await writeFile(source,
      '#include <fraiseql.h>\n#include <stdio.h>\nint main(void) { return puts(fq_version()) < 0; }');
    const others = (await library.flags('--print-requires-private', 'fraiseql')).filter(Boolean);
    const [cc, ...words] = [...library.cc, ...await library.flags('--cflags', 'fraiseql'), source,
      join(library.folder, 'libfraiseql.a'), ...await library.flags('--libs', ...others), '-lm', '-lpthread'];
    await run(cc, [...words, '-o', join(dir, 'version')]);
    assert.match((await run(join(dir, 'version'))).stdout, /^\d+\.\d+/);
  });

  it('the example runs', async () => {
    const own = await project('examples/embed');
    let example;
    try {
      const exampleEnv = await library.compile(join(own.dir, 'embed.c'), join(dir, 'example'), ['jansson']);
      await pg.sql('drop schema public cascade; create schema public');
      await pg.file(join(own.dir, 'db/schema/01_places.sql'));
      example = await Server.spawn(join(dir, 'example'), [own.dir],
        { ...exampleEnv, DATABASE_URL: pg.url, FRAISEQL_PORT: '0' });
      assert.match(example.out, /"greeting":"Good day, the program itself\."/);
      const { body } = await example.post({
        query: '{ visitor { name greeting } places { name distance(latitude: 48.8566, longitude: 2.3522) } }',
      }, { 'x-visitor': 'Ada' });
      assert.deepEqual(body.data.visitor, { name: 'Ada', greeting: 'Good day, Ada.' });
      // by the angle between vectors, where the example takes the haversine
      const vector = ([lat, lon]) => {
        const [a, b] = [lat, lon].map((degrees) => degrees * Math.PI / 180);
        return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)];
      };
      const points = [[48.8566, 2.3522], [38.7223, -9.1393], [59.437, 24.7536], [64.1466, -21.9426]];
      const [paris, ...others] = points.map(vector);
      const km = others.map((v) => 6371 * Math.acos(v.reduce((sum, x, i) => sum + x * paris[i], 0)));
      assert.deepEqual(body.data.places.map((p) => p.distance), km.map((x) => Number(x.toFixed(1))));
    } finally {
      if (example) assert.deepEqual(await example.stop(), { code: 0, signal: null }, example.log);
      await own.remove();
    }
  });
});

// `fraiseql schema pull` on databases that nobody has prepared for it: what it writes compiles and answers rightly,
// without a word of it being edited.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { manyTables } from './lib/many-tables.mjs';
import { Pulled, compareRelations, compareRows, listField, readSdl } from './lib/pulled.mjs';
import { inherited, program, root } from './lib/server.mjs';

const run = promisify(execFile);

async function files(pg, folder) {
  for (const name of (await readdir(join(root, folder))).sort())
    await pg.file(join(root, folder, name));
}

async function example(pg, name) {
  await run(program, ['db', 'install', '--database', pg.url], { env: inherited });
  await files(pg, `examples/${name}/db/schema`);
  await files(pg, `examples/${name}/db/seeds`);
}

describe('schema pull: the music store', () => {
  let p;
  let types;
  before(async () => {
    p = await Pulled.start((pg) => example(pg, 'music-store'));
    types = readSdl((await p.pullWell()).sdl);
    await p.serve();
  });
  after(() => p.stop());

  it('has a type for each table', async () => {
    const tables = (await p.pg.sql("select string_agg(relname, ' ' order by relname) from pg_class"
      + " where relnamespace = 'public'::regnamespace and relkind = 'r'")).split(' ');
    assert.deepEqual([...types.values()].map((t) => t.relation).filter(Boolean).sort(), tables);
  });
  it('answers with the values of the database', async () => {
    assert.ok(await compareRows(p, types, 50) > 2000);
  });
  it('joins by every foreign key, in both directions', async () => {
    const { keys, parents, children } = await compareRelations(p, types);
    assert.equal(keys, 11);
    assert.ok(parents > 100 && children > 50);
  });
  it('goes through link tables', async () => {
    const { playlists } = await p.server.data('{ playlists { id tracks(limit: 1000) { id } } }');
    for (const { id, tracks } of playlists)
      assert.equal(tracks.map((t) => t.id).sort().join(), await p.pg.sql(
        `select string_agg(track_id::text, ',' order by track_id::text collate "C") from playlist_track
         where playlist_id = ${id}`));
  });
});

describe('schema pull: documents of views', () => {
  for (const [name, fill, schemas] of [
    ['the blog', (pg) => example(pg, 'blog'), 'public'],
    ['the benchmark', async (pg) => {
      await run(join(root, 'bench/dataset/load.sh'), ['xs', pg.url]);
    }, 'benchmark'],
  ])
    describe(name, () => {
      let p;
      let types;
      before(async () => {
        p = await Pulled.start(fill);
        types = readSdl((await p.pullWell('--schemas', schemas)).sdl);
        await p.serve();
      });
      after(() => p.stop());

      const camel = (key) => key.replace(/_([a-z])/g, (_, c) => c.toUpperCase());

      // What a type promises of a document, as far as it has fields for it.
      function selection(type, depth = 0) {
        return type.fields.filter((f) => !f.join && !f.call && !f.args).map((f) => {
          const inner = types.get(f.of);
          if (!inner) return f.name;
          return depth < 3 ? `${f.name} { ${selection(inner, depth + 1)} }` : '';
        }).join(' ');
      }

      function compare(got, want, path) {
        if (Array.isArray(want)) {
          assert.equal(got.length, want.length, path);
          want.forEach((w, i) => compare(got[i], w, `${path}.${i}`));
        } else if (want && typeof want === 'object') {
          if (!got || typeof got !== 'object') return assert.fail(path);
          for (const [key, value] of Object.entries(want))
            if (!key.startsWith('pk_') && camel(key) in got) compare(got[camel(key)], value, `${path}.${key}`);
        } else if (typeof want === 'number') assert.equal(Number(got), want, path);
        else if (/^\d{4}-\d\d-\d\dT/.test(want)) assert.equal(Date.parse(got), Date.parse(want), path);
        else if (typeof want === 'string') assert.equal(String(got).toLowerCase(), want.toLowerCase(), path);
        else assert.equal(got, want, path);
        return undefined;
      }

      it('gives every key of every document', async () => {
        let compared = 0;
        for (const type of types.values()) {
          const list = type.relation && listField(types, type);
          const hasData = list && await p.pg.sql(`select 1 from pg_attribute where attname = 'data'
            and attrelid = '${type.relation}'::regclass`);
          if (!hasData) continue;
          const { rows } = await p.server.data(`{ rows: ${list.name}(limit: 1000) { ${selection(type)} } }`);
          const documents = JSON.parse(await p.pg.sql(`select json_agg(data) from ${type.relation}`));
          const byId = new Map(documents.map((d) => [d.id, d]));
          assert.equal(rows.length, Math.min(documents.length, 1000), type.name);
          const keys = new Set(documents.flatMap((d) => Object.keys(d)));
          for (const key of keys)
            if (!key.startsWith('pk_')) assert.ok(rows.every((r) => camel(key) in r), `${type.name}: no ${key}`);
          if (type.name === 'Activity') continue; // several rows have one id
          for (const row of rows) compare(row, byId.get(row.id), `${type.name} ${row.id}`);
          compared += rows.length;
        }
        assert.ok(compared > 50);
      });
      it('joins by the ids that the views show', async () => {
        const { posts } = await p.server.data('{ posts(limit: 10) { id comments(limit: 1000) { id postId } } }');
        const relation = types.get('Comment').relation;
        for (const post of posts) {
          const want = await p.pg.sql(`select count(*) from ${relation} where post_id = '${post.id}'`);
          assert.equal(post.comments.length, Number(want));
          for (const c of post.comments) assert.equal(c.postId, post.id);
        }
        assert.ok(posts.some((post) => post.comments.length > 0));
      });
    });

  it('calls functions by the mutation contract', async () => {
    const p = await Pulled.start((pg) => example(pg, 'blog'));
    try {
      await p.pullWell();
      await p.serve();
      const create = (email) => p.server.data(`mutation ($input: JSON!) { createUser(input: $input) {
        __typename ... on CreateUserSuccess { status user { name email } }
        ... on CreateUserError { code status } } }`,
      { input: { identifier: email.split('@')[0], name: 'Ida', email } });
      assert.deepEqual(await create('ida@example.org'), { createUser: {
        __typename: 'CreateUserSuccess', status: 'created', user: { name: 'Ida', email: 'ida@example.org' } } });
      const { createUser } = await create('ida@example.org');
      assert.equal(createUser.__typename, 'CreateUserError');
      assert.equal(createUser.code, 'CONFLICT');
    } finally {
      await p.stop();
    }
  });
});

describe('schema pull: merging', () => {
  let p;
  const person = `create table person (id int primary key, name text not null, email text);
    create table pet (id int primary key, name text not null, owner_id int not null references person);
    insert into person values (1, 'Ada', 'ada@example.org'), (2, 'Bob', null);
    insert into pet values (1, 'Rex', 1);`;
  before(async () => { p = await Pulled.start((pg) => pg.sql(person)); });
  after(() => p.stop());

  it('keeps what people wrote, adds what is new, marks what is gone', async () => {
    await p.pullWell();
    const edited = (await p.sdl())
      .replace('type Person @source', '"Somebody."\ntype Human @source')
      .replaceAll('Person!', 'Human!').replaceAll(': Person\n', ': Human\n')
      .replace('  name: String!\n', '  # the name that one goes by\n  calledBy: String! @column(name: "name")\n')
      .replace('  email: String\n', '  # email: String\n');
    await p.write(edited);
    const none = await p.pull();
    assert.match(none.out, /nothing to change/, none.err);
    assert.equal(await p.sdl(), edited);
    await p.pg.sql(`alter table person add born date; alter table pet drop name;
      create table toy (id int primary key, pet_id int references pet)`);

    const dry = await p.pull('--dry-run');
    assert.equal(dry.code, 1);
    assert.equal(await p.sdl(), edited);
    const lines = dry.out.split('\n').filter((l) => /^[+-][^+-]/.test(l)).map((l) => l.trimEnd());
    assert.deepEqual(lines, [
      '+  born: Date',
      '-  name: String!',
      '+  # (gone) name: String!',
      '+  toys: [Toy!]! @relation(fields: ["id"], references: ["pet_id"])',
      '+  toy(id: Int!): Toy',
      '+  toys: [Toy!]!',
      '+type Toy @source(relation: "toy") {',
      '+  id: Int!',
      '+  petId: Int',
      '+  pet: Pet @relation(fields: ["pet_id"], references: ["id"])',
      '+}',
    ]);
    const { report, sdl } = await p.pullWell();
    assert.match(report.err, /added field Human\.born\n/);
    assert.match(report.err, /gone field Pet\.name: there is no column "name"\n/);
    assert.match(sdl, /"Somebody\."\ntype Human @source/);
    assert.match(sdl, / {2}# the name that one goes by\n {2}calledBy/);
    await p.serve();
    assert.deepEqual(await p.server.data('{ people { calledBy born pets { id toys { id } } } }'), { people: [
      { calledBy: 'Ada', born: null, pets: [{ id: 1, toys: [] }] },
      { calledBy: 'Bob', born: null, pets: [] }] });
  });
  it('the difference is one that patch applies', async () => {
    await p.pg.sql('alter table toy add color text; alter table person drop born');
    const before = await p.sdl();
    const dry = await p.pull('--dry-run');
    await writeFile(join(p.dir, 'before.graphql'), before);
    await p.pullWell();
    const patched = await new Promise((done, fail) => {
      const child = execFile('patch', ['-s', '-o', '-', join(p.dir, 'before.graphql')],
        (error, stdout) => (error ? fail(error) : done(stdout)));
      child.stdin.end(dry.out);
    });
    await rm(join(p.dir, 'before.graphql'));
    assert.equal(patched, await p.sdl());
  });
  it('prunes when it is asked to', async () => {
    await p.pg.sql('drop table toy');
    await p.pullWell('--prune');
    assert.doesNotMatch(await p.sdl(), /[tT]oy\b/);
  });
  it('says by its status what happened', async () => {
    const nowhere = await p.pull('--schemas', 'nowhere');
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /no table or view in a schema "nowhere"/);
    const sdl = await p.sdl();
    await p.write(sdl.replace('type Query {', 'type Query {\n  broken: Nothing'));
    const broken = await p.pull();
    assert.equal(broken.code, 1);
    assert.match(broken.err, /Unknown type "Nothing"/);
    await p.write('type {');
    const syntax = await p.pull();
    assert.equal(syntax.code, 2);
    assert.match(syntax.err, /schema\.graphql:1:6: Syntax Error/);
    assert.equal(await p.sdl(), 'type {');
    await p.write(sdl);
    const functions = await p.pull('--functions', 'some');
    assert.equal(functions.code, 2);
  });
});

describe('schema pull: odd names and kinds', () => {
  let p;
  before(async () => {
    p = await Pulled.start((pg) => pg.file(join(root, 'tests/e2e/lib/odd.sql')));
    await p.pullWell('--functions', 'all', '--schemas', 'Odd Schema');
    await p.serve();
  });
  after(() => p.stop());

  it('are pulled, and can be asked for', async () => {
    assert.deepEqual(await p.server.data(`{
      selects { from where p { x y z_Axis } ps { x } e es URL x1_ newLine label dottedNames { id } tsByS { id } }
      out(a: 1) { b c_D } table(a: 1) { x y } set stats { n most } measures { id at v }
      dottedNames { id select selectSelect { from } } }`), {
      selects: [{ from: 1, where: 'x', p: { x: 1, y: 2, z_Axis: 3 }, ps: [{ x: 1 }], e: 'A_B', es: ['X', 'NULL'],
        URL: null, x1_: null, newLine: null, label: 'x', dottedNames: [], tsByS: [] }],
      out: { b: 1, c_D: 'x' },
      table: [{ x: 1, y: 'A_B' }],
      set: [1],
      stats: [{ n: '1', most: 1 }],
      measures: [{ id: 1, at: '2025-05-05', v: 7 }],
      dottedNames: [],
    });
  });
  it('leaves out partitions, extensions, procedures and what has no fields', async () => {
    const sdl = await p.sdl();
    for (const name of ['measure_2025', 'pg_stat_statements', 'fn_proc', 'fn_trigger', 'fn_any', 'empty_table',
      'only_internal', 'akeys'])
      assert.ok(!sdl.includes(`"${name}"`), name);
  });
});

// Zabbix's database: 173 tables of a well-known program, with its data, from a Debian package.
const ZABBIX = {
  version: '1:6.0.14+dfsg-1+b1',
  sha256: '22409d687e33f64eb70ad52269f570ddb26c2844da0e252cfe15e5a9111a0efa',
};

async function zabbix() {
  const dir = join(tmpdir(), `fraiseql-zabbix-${ZABBIX.sha256.slice(0, 12)}`);
  const sql = join(dir, 'x/usr/share/zabbix-server-pgsql');
  if (existsSync(join(sql, 'schema.sql.gz'))) return sql;
  await mkdir(dir, { recursive: true, mode: 0o777 });
  await run('apt-get', ['download', `zabbix-server-pgsql=${ZABBIX.version}`], { cwd: dir });
  const deb = join(dir, (await readdir(dir)).find((name) => name.endsWith('.deb')));
  assert.equal(createHash('sha256').update(await readFile(deb)).digest('hex'), ZABBIX.sha256);
  await run('dpkg', ['-x', deb, join(dir, 'x')]);
  return sql;
}

const zabbixSql = await zabbix().catch((e) => e);

describe('schema pull: Zabbix', {
  skip: zabbixSql instanceof Error && `Debian's mirror does not give the package: ${zabbixSql.message}`,
}, () => {
  let p;
  let types;
  before(async () => {
    p = await Pulled.start(async (pg) => {
      await run('bash', ['-c', `set -o pipefail; for f in schema images data; do gzip -dc "$0/$f.sql.gz"; done |
        psql -Xq -v ON_ERROR_STOP=1 -o /dev/null "$1"`, zabbixSql, pg.url], { maxBuffer: 1 << 26 });
    });
    types = readSdl((await p.pullWell()).sdl);
    await p.serve('dev');
  });
  after(() => p.stop());

  it('answers with the values of the database', async () => {
    assert.ok(await compareRows(p, types, 10) > 3000);
  });
  it('joins by every foreign key, in both directions', async () => {
    const { keys, parents, children } = await compareRelations(p, types, 4);
    assert.ok(keys > 200, `${keys} keys`);
    assert.ok(parents > 100 && children > 60, `${parents} parents, ${children} of children`);
  });
  it('is asked in the browser page', async () => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'] });
    try {
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
      const page = await context.newPage();
      await page.goto(p.server.url);
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      await page.locator('.graphiql-query-editor .view-lines').click();
      await page.keyboard.press('Control+A');
      const host = await p.pg.sql("select host || '|' || (select count(*) from items i where i.hostid = h.hostid)"
        + ' from hosts h where exists (select from items i where i.hostid = h.hostid) order by hostid limit 1');
      const [name, items] = host.split('|');
      await page.evaluate((text) => navigator.clipboard.writeText(text),
        `{ hosts(where: {host: {eq: "${name}"}}) { host items(limit: 1000) { host { host } } hstgrps { name } } }`);
      await page.keyboard.press('Control+V');
      const answer = page.waitForResponse((r) => r.request().method() === 'POST'
        && r.request().postData()?.includes('hstgrps'));
      await page.locator('.graphiql-execute-button').click();
      const { data } = await (await answer).json();
      assert.equal(data.hosts.length, 1);
      assert.equal(data.hosts[0].items.length, Math.min(Number(items), 1000));
      assert.ok(data.hosts[0].items.every((i) => i.host.host === name));
      await page.waitForFunction((text) => [...document.querySelectorAll('.result-window .view-line')]
        .map((line) => line.textContent.replaceAll('\u00a0', ' ')).join('\n').includes(text), '"hstgrps"')
        .catch(() => page.waitForFunction(() => document.querySelector('.result-window .view-line')));
    } finally {
      await browser.close();
    }
  });
});

describe('schema pull: many tables', () => {
  it('pulls, checks and starts', async () => {
    const p = await Pulled.start(async (pg) => {
      const file = join(tmpdir(), `fraiseql-many-${process.pid}.sql`);
      await writeFile(file, manyTables(600).join('\n'));
      await pg.file(file);
      await rm(file);
    });
    try {
      const types = readSdl((await p.pullWell()).sdl);
      assert.equal([...types.values()].filter((t) => t.relation).length, 600);
      await p.serve();
      assert.deepEqual(await p.server.data('{ summary_8s { id } things: thing_0s { id } }'),
        { summary_8s: [], things: [] });
    } finally {
      await p.stop();
    }
  });
});

// Every command, as it is typed: what it prints and where, what it writes, how it ends.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildClientSchema, buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { execute, folder, fraiseql } from './lib/command.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server, program, root } from './lib/server.mjs';

const DONE = 0, FAILED = 1, USAGE = 2, UNAVAILABLE = 3, IO = 4;
const NOWHERE = 'postgresql://nobody@127.0.0.1:1/none';

const COMMANDS = ['init', 'dev', 'serve', 'check', 'query', 'schema pull', 'schema print', 'db install', 'db uninstall',
  'config', 'version', 'completion', 'help'];

async function tree(dir) {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.path, e.name));
  const texts = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(files.map((path, i) => [path.slice(dir.length + 1), texts[i]]).sort());
}

let pg;
let place;
let url;
const sql = (...text) => pg.sql(text.join('\n'));

before(async () => {
  place = await folder();
  pg = await Postgres.start();
  url = pg.url;
});
after(async () => {
  await pg?.stop();
  await place?.remove();
});

/** A project of its own: files by path. */
let projects = 0;
async function project(files) {
  projects += 1;
  const dir = join(place.dir, `project${projects}`);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

describe('init', () => {
  const env = () => ({ DATABASE_URL: url });

  for (const template of ['minimal', 'blog']) {
    it(`makes a project that runs: ${template}`, async () => {
      const dir = join(place.dir, template);
      const made = await fraiseql(['init', template, '--template', template], { cwd: place.dir });
      assert.equal(made.code, DONE, made.stderr);
      const files = await tree(dir);
      for (const name of ['fraiseql.yaml', 'schema.graphql', '.gitignore', 'README.md']) assert.ok(files[name], name);
      assert.ok(Object.keys(files).some((name) => /^db\/schema\/.+\.sql$/.test(name)));
      assert.ok(Object.keys(files).some((name) => /^db\/seeds\/.+\.sql$/.test(name)));
      assert.match(files['.gitignore'], /^\.fraiseql\/$/m);
      assert.doesNotMatch(JSON.stringify(files), /\{\{|examples\/blog/);
      for (const name of Object.keys(files).filter((path) => !path.startsWith('queries/'))) {
        assert.ok(made.stdout.includes(`created ${template}/${name}\n`), name);
      }

      const server = await Server.start(['dev', '--dir', dir]);
      const list = template === 'blog' ? 'posts' : 'tasks';
      const rows = (await server.data(`{ ${list} { id } }`))[list];
      assert.ok(rows.length >= 3);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });

      const check = await fraiseql(['check'], { cwd: dir });
      assert.equal(check.code, DONE, check.stdout + check.stderr);
      assert.match(check.stdout, /^schema\.graphql: \d+ types, \d+ queries, \d+ mutations: no problems$/m);
    });
  }

  it('shows every setting in fraiseql.yaml, as a comment that would change nothing', async () => {
    const text = await readFile(join(place.dir, 'minimal/fraiseql.yaml'), 'utf8');
    const all = JSON.parse((await fraiseql(['config', '--json'], { cwd: place.dir })).stdout);
    for (const key of Object.keys(all).filter((name) => name !== 'database')) {
      const [line] = text.match(new RegExp(`^# ${key.replaceAll('.', '\\.')}:.*$`, 'm')) ?? [];
      assert.ok(line, key);
      const dir = await project({ 'fraiseql.yaml': `${line.slice(2)}\n` });
      const run = await fraiseql(['config', '--json'], { cwd: dir });
      if (/has no effect without/.test(run.stderr)) continue; // alone it would do nothing, and that is refused
      const one = JSON.parse(run.stdout || '{}');
      if (all[key].value && line.slice(2).endsWith(all[key].value)) {
        assert.deepEqual(one[key], { value: all[key].value, source: 'fraiseql.yaml:1' });
      }
    }
  });

  it('never overwrites, and then writes nothing', async () => {
    const dir = await project({ 'new/db/seeds/01_tasks.sql': '-- mine\n', 'new/notes.txt': 'mine\n' });
    const twice = await fraiseql(['init', 'new'], { cwd: dir });
    assert.equal(twice.code, USAGE);
    assert.match(twice.stderr, /new\/db\/seeds\/01_tasks\.sql exists already: nothing was written/);
    assert.deepEqual(Object.keys(await tree(dir)), ['new/db/seeds/01_tasks.sql', 'new/notes.txt']);
  });

  it('says what to type next, ready for a shell', async () => {
    const dir = await project({ 'x.txt': '' });
    const next = async (name) => {
      const { code, stdout, stderr } = await fraiseql(['init', name], { cwd: dir });
      assert.equal(code, 0, stderr);
      const [, commands] = stdout.split('\nNow:\n');
      await execute('sh', ['-c', `${commands.replace('fraiseql dev', 'test -f schema.graphql')}`], { cwd: dir });
      return commands;
    };
    assert.equal(await next('.'), '  fraiseql dev\n');
    assert.equal(await next('a/plain-1.name'), '  cd a/plain-1.name\n  fraiseql dev\n');
    assert.equal(await next("it's $HOME; x"), "  cd 'it'\\''s $HOME; x'\n  fraiseql dev\n");
  });

  it('makes a schema from a database, which then fits it', async () => {
    const schema = join(root, 'examples/music-store/db');
    for (const part of ['schema', 'seeds']) {
      for (const file of (await readdir(join(schema, part))).sort()) await pg.file(join(schema, part, file));
    }
    await sql('create type "Odd Kind" as enum (\'one\', \'Two words\', \'3rd\');',
      'create table odd_table ("Id" int primary key, "select" text, "a-b" text, "camelCase" int,',
      '  kind "Odd Kind", nine_9 int, "Ünï" text);',
      'insert into odd_table values (1, \'s\', \'x\', 7, \'3rd\', 9, \'ü\');');
    const made = await fraiseql(['init', 'pulled', '--from-url', url], { cwd: place.dir });
    assert.equal(made.code, DONE, made.stderr);
    const dir = join(place.dir, 'pulled');
    assert.doesNotMatch(JSON.stringify(await tree(dir)), new RegExp(pg.dir));
    const check = await fraiseql(['check'], { cwd: dir, env: env() });
    assert.equal(check.code, DONE, check.stdout + check.stderr);

    const server = await Server.start(['serve', '--dir', dir], { env: env() });
    const printed = await fraiseql(['schema', 'print'], { cwd: dir, env: env() });
    const served = buildSchema(printed.stdout);
    for (const table of ['artist', 'album', 'track', 'customer', 'invoice', 'employee']) {
      const list = `${table}s`;
      assert.ok(served.getQueryType().getFields()[list], `Query.${list}`);
      const { [list]: rows } = await server.data(`{ ${list}(limit: 1000) { __typename } }`);
      assert.equal(rows.length, Number(await sql(`select least(count(*), 1000) from ${table}`)), list);
    }
    const sdl = await readFile(join(dir, 'schema.graphql'), 'utf8');
    for (const column of ['Id', 'select', 'a-b', 'camelCase', 'nine_9', 'Ünï']) {
      const pattern = new RegExp(`\\b${column}\\b|"${column}"|# ${column}:`, 'i');
      assert.match(sdl.match(/type OddTable[^}]*}/)[0], pattern, column);
    }
    const { oddTables: [odd] } = await server.data('{ oddTables { select camelCase } }');
    assert.deepEqual(odd, { select: 's', camelCase: 7 });
    await server.stop();
  });

  it('says what is wrong with its arguments', async () => {
    const cases = [
      [['init'], /needs NAME/],
      [['init', ''], /needs NAME/],
      [['init', 'a', 'b'], /has no use for "b"/],
      [['init', 'a', '--template', 'block'], /there is no "block"; there are minimal and blog/],
      [['init', 'a', '--template', 'blog', '--from-url', 'x'], /exclude each other/],
      [['init', 'a', '--port', '1'], /has no use for --port/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await fraiseql(args, { cwd: place.dir });
      assert.equal(code, USAGE, args.join(' '));
      assert.match(stderr, message);
    }
    assert.equal(existsSync(join(place.dir, 'a')), false);
    const away = await fraiseql(['init', 'a', '--from-url', NOWHERE], { cwd: place.dir });
    assert.equal(away.code, UNAVAILABLE);
    assert.match(away.stderr, /refused\. Is the server running on that host and accepting TCP\/IP connections\?\n$/);
    const other = await fraiseql(['init', 'a', '--from-url', 'mysql://localhost/x'], { cwd: place.dir });
    assert.equal(other.code, USAGE);
    assert.match(other.stderr, /^fraiseql: database: .*; write postgresql:\/\/USER@HOST\/NAME, or host=… .*\n$/);
    assert.equal(existsSync(join(place.dir, 'a')), false);
  });
});

describe('check', () => {
  const env = () => ({ DATABASE_URL: url });
  before(() => sql('create table person (id int primary key, name text not null, born date, score numeric);',
    'create view v_person as select id, name, born from person;',
    'create function fn_rename(input jsonb) returns person language sql as',
    ' $$ update person set name = input ->> \'name\' where id = (input ->> \'id\')::int returning * $$;'));

  const broken = {
    'schema/person.graphql': `type Person @source(relation: "v_persn") {
  id: Int!
}
type Human @source(relation: "person") {
  id: Int!
  nmae: String!
  born: Boolean
  friend: Human @relation(fields: ["frend"], references: ["id"])
  nothing: Nothing
}
`,
    'schema/query.graphql': `type Query {
  human(id: Int!): Human
  humans: [Human!]! @lst(maxLimit: 3)
  people: [Person!]!
}

type Mutation {
  rename(id: Int!, name: String!): Human @function(name: "fn_renam")
}
`,
  };
  const expected = [
    ['schema/person.graphql', 1, /no table or view "v_persn"/, /v_person/],
    ['schema/person.graphql', 6, /"?nmae"?/, /name/],
    ['schema/person.graphql', 7, /born/, /Date/],
    ['schema/person.graphql', 8, /"frend"/, undefined],
    ['schema/person.graphql', 9, /Unknown type "Nothing"/, undefined],
    ['schema/query.graphql', 3, /Unknown directive "@lst"/, /Did you mean "@list"\?/],
    ['schema/query.graphql', 8, /no function "fn_renam"/, /fn_rename/],
  ];

  it('reports every problem at once, with its place and the nearest name', async () => {
    const dir = await project(broken);
    const { code, stdout, stderr } = await fraiseql(['check'], { cwd: dir, env: env() });
    assert.equal(code, FAILED);
    const all = stdout + stderr;
    for (const [file, line, message, hint] of expected) {
      const at = all.match(new RegExp(`^${file}:${line}:\\d+: error: (.*\n(?: .*\n?)*)`, 'm'));
      assert.ok(at, `${file}:${line} in\n${all}`);
      assert.match(at[1], message);
      if (hint) assert.match(at[1], hint);
    }
    assert.match(stdout, new RegExp(`^2 files: ${expected.length} errors$`, 'm'));
  });

  it('the same as JSON', async () => {
    const dir = await project(broken);
    const { code, stdout } = await fraiseql(['check', '--json'], { cwd: dir, env: env() });
    assert.equal(code, FAILED);
    const report = JSON.parse(stdout);
    assert.equal(report.ok, false);
    assert.equal(report.errors, expected.length);
    const found = report.problems.filter((p) => p.severity === 'error').map((p) => `${p.file}:${p.line}`);
    assert.deepEqual(found.sort(), expected.map(([file, line]) => `${file}:${line}`).sort());
  });

  it('ends with 1 for a syntax error, with its place', async () => {
    const dir = await project({ 'schema.graphql': 'type Query {\n  a: [Int!\n}\n' });
    const { code, stdout, stderr } = await fraiseql(['check'], { cwd: dir, env: env() });
    assert.equal(code, FAILED);
    assert.match(stdout + stderr, /^schema\.graphql:3:1: error: .*Expected "?\]/m);
  });

  it('tells where a schema without Query goes wrong, and what an empty one needs', async () => {
    const said = async (text) => {
      const dir = await project({ 'schema.graphql': text });
      const { code, stderr } = await fraiseql(['check'], { cwd: dir, env: env() });
      assert.equal(code, FAILED);
      return stderr;
    };
    assert.equal(await said('type Person { id: Int! }\ntype Qery {\n  a: Int\n}\n'),
      'schema.graphql:2:6: error: Query root type must be provided.\n'
      + '    type Qery {\n         ^\n  Did you mean "Query"?\n');
    assert.equal(await said('type Person { id: Int! }\n'),
      'schema.graphql: error: Query root type must be provided.\n  Write what clients may ask for: type Query { … }\n');
    for (const empty of ['', '\n', '# nothing\n']) {
      assert.equal(await said(empty), 'schema.graphql: error: There is no schema: no file contains a definition.\n'
        + '  Write what clients may ask for: type Query { … }\n');
    }
  });

  it('warns of fields whose key no document of their view has', async () => {
    await sql('create table doc_base (id int primary key, name text not null, zip text, extra jsonb);',
      `create view v_doc as select id, jsonb_build_object('id', id, 'full_name', name, 'home', jsonb_build_object(
        'zip', zip), 'kids', (select jsonb_agg(jsonb_build_object('zip', k.zip, 'age', k.id)) from doc_base k)) as data
        from doc_base;`,
      // what is not known for certain is not complained of
      "create view v_open as select id, jsonb_build_object('id', id) || extra as data from doc_base;",
      `create view v_either as select id, 'A' as kind, jsonb_build_object('a', id) as data from doc_base
        union all select id, 'B', jsonb_build_object('b', id) from doc_base;`,
      'create table doc_table (id int primary key, data jsonb);');
    const dir = await project({ 'schema.graphql': `type Doc @source(relation: "v_doc") {
  id: Int!
  fullNam: String!
  home: Place
  kids: [Place!]
  street: String @column(path: "home.street")
}
type Place {
  zip: String
  age: Int
  zib: String
}
type Open @source(relation: "v_open") { id: Int! whatever: String }
type Either @source(relation: "v_either") { id: Int! a: Int b: Int }
type Table @source(relation: "doc_table") { id: Int! whatever: String }
type Query { docs: [Doc!]! opens: [Open!]! eithers: [Either!]! tables: [Table!]! }
` });
    const { code, stdout, stderr } = await fraiseql(['check'], { cwd: dir, env: env() });
    assert.equal(code, DONE);
    assert.match(stdout, /: 3 warnings\n$/);
    assert.equal(stderr, `schema.graphql:3:3: warning: Doc.fullNam: the document of "v_doc" has no key "full_nam": \
it is always null.
      fullNam: String!
      ^
  Did you mean "fullName"?
schema.graphql:6:3: warning: Doc.street: the document of "v_doc" has no key "street": it is always null.
      street: String @column(path: "home.street")
      ^
schema.graphql:11:3: warning: Place.zib: the document of "v_doc" has no key "zib": it is always null.
      zib: String
      ^
  Did you mean "zip"?
`);
  });

  it('tells a missing schema and a missing database apart', async () => {
    const empty = await project({ 'x.txt': '' });
    const none = await fraiseql(['check'], { cwd: empty, env: env() });
    assert.equal(none.code, USAGE);
    assert.match(none.stderr, /schema\.graphql/);
    for (const command of [['query', '-'], ['schema', 'print'], ['serve'], ['dev']]) {
      const { code, stderr } = await fraiseql(command, { cwd: empty, env: { DATABASE_URL: '' }, input: '{ a }' });
      assert.equal(code, USAGE, command.join(' '));
      assert.equal(stderr, none.stderr);
    }
    const dir = await project({ 'schema.graphql': 'type Query { a: Int }' });
    const away = await fraiseql(['check'], { cwd: dir, env: { DATABASE_URL: NOWHERE } });
    assert.equal(away.code, UNAVAILABLE);
    assert.match(away.stderr, /refused/);
  });
});

describe('schema print and query', () => {
  let dir;
  let env;
  before(async () => {
    env = { DATABASE_URL: url };
    dir = await project({
      'schema.graphql': `"A person."
type Human @source(relation: "human") { id: Int! name: String! }
type Query { human(id: Int!): Human humans: [Human!]! }
`,
      'ops.graphql': 'query One($id: Int!) { human(id: $id) { name } }\nquery All { humans { id } }\n',
      'variables.json': '{"id": 2}',
    });
    await sql('create table human (id int primary key, name text not null);',
      'insert into human values (1, \'Ann\'), (2, \'Bo\');');
  });

  it('prints SDL that tools read, and the same as introspection', async () => {
    const sdl = await fraiseql(['schema', 'print'], { cwd: dir, env });
    assert.equal(sdl.code, DONE, sdl.stderr);
    const json = await fraiseql(['schema', 'print', '--json'], { cwd: dir, env });
    assert.equal(json.code, DONE);
    const one = lexicographicSortSchema(buildSchema(sdl.stdout));
    const other = lexicographicSortSchema(buildClientSchema(JSON.parse(json.stdout).data));
    const types = (schema) => printSchema(schema).replaceAll(/(?:""".*"""\n)?directive [^]*?\n\n/g, '');
    assert.equal(types(one), types(other));
    assert.match(sdl.stdout, /input HumanWhereInput/);
    assert.equal(one.getType('Human').description, 'A person.');
  });

  const query = (args, options = {}) => fraiseql(['query', ...args], { cwd: dir, env, ...options });

  it('runs a file, standard input, an operation of several', async () => {
    const all = await query(['-'], { input: '{ humans { id name } }' });
    assert.equal(all.code, DONE, all.stderr);
    assert.equal(all.stdout, '{"data":{"humans":[{"id":1,"name":"Ann"},{"id":2,"name":"Bo"}]}}\n');
    const bo = '{"data":{"human":{"name":"Bo"}}}\n';
    const inline = await query(['ops.graphql', '--operation', 'One', '--variables', '{"id": 2}']);
    assert.equal(inline.stdout, bo);
    assert.equal((await query(['ops.graphql', '--operation=One', '--variables=@variables.json'])).stdout, bo);
  });

  it('ends with 1 when the answer has errors, which it prints', async () => {
    for (const text of ['{ nix }', '{', '{ humans(limit: -1) { id } }']) {
      const { code, stdout } = await query(['-'], { input: text });
      assert.equal(code, FAILED, text);
      assert.ok(JSON.parse(stdout).errors.length, text);
    }
    assert.equal((await query(['ops.graphql'])).code, FAILED);
  });

  it('tells other troubles by other statuses', async () => {
    assert.equal((await query(['missing.graphql'])).code, IO);
    assert.equal((await query(['ops.graphql', '--variables', '{"id": }'])).code, USAGE);
    assert.equal((await query(['ops.graphql', '--variables', '[]'])).code, USAGE);
    const away = await query(['-'], { env: { DATABASE_URL: NOWHERE }, input: '{ humans { id } }' });
    assert.equal(away.code, UNAVAILABLE);
    assert.equal((await query([])).code, USAGE);
  });
});

describe('config', () => {
  const config = async (args, options) => {
    const run = await fraiseql(['config', '--json', ...args], options);
    return run.code ? run : JSON.parse(run.stdout);
  };

  it('takes the command line before the environment before the file before the default', async () => {
    const dir = await project({
      'fraiseql.yaml': 'port: 1001\nhost: file.example\nlog:\n  level: warn\nlimits.body: 2MB\n',
      'other.yaml': 'port: 1004\n',
    });
    const env = { FRAISEQL_PORT: '1002', FRAISEQL_HOST: 'env.example' };
    const all = await config(['--port=1003', '--no-log-access'], { cwd: dir, env });
    assert.deepEqual(all.port, { value: '1003', source: '--port' });
    assert.deepEqual(all.host, { value: 'env.example', source: 'FRAISEQL_HOST' });
    assert.deepEqual(all['log.level'], { value: 'warn', source: 'fraiseql.yaml:4' });
    assert.deepEqual(all['limits.body'], { value: '2MB', source: 'fraiseql.yaml:5' });
    assert.deepEqual(all['log.access'], { value: 'false', source: '--no-log-access' });
    assert.deepEqual(all.workers, { value: '0', source: 'default' });
    assert.deepEqual(all.graphiql, { value: 'false', source: 'default of serve' });
    assert.deepEqual((await config(['--dev'], { cwd: dir })).graphiql, { value: 'true', source: 'default of dev' });
    assert.equal((await config(['--config', 'other.yaml'], { cwd: dir })).port.value, '1004');
    assert.equal((await config(['--dir', dir], { cwd: place.dir })).port.value, '1001');
  });

  it('prints a line for every setting', async () => {
    const { stdout } = await fraiseql(['config'], { cwd: place.dir });
    const all = await config([], { cwd: place.dir });
    assert.deepEqual(stdout.trimEnd().split('\n').map((line) => line.split(' ')[0]), Object.keys(all));
  });

  it('masks what is secret, wherever it comes from', async () => {
    const urls = ['postgresql://me:hunter2@h/db', 'host=h user=me password=hunter2 dbname=db',
      'postgresql://h/db?user=me&password=hunter2', 'postgres://me:hunter2@h1,h2/db', 'password = hunter2'];
    for (const secret of urls) {
      const dir = await project({ 'fraiseql.yaml': `database: "${secret}"\n` });
      const runs = [
        [[], { cwd: place.dir, env: { DATABASE_URL: secret } }],
        [[], { cwd: place.dir, env: { FRAISEQL_DATABASE: secret } }],
        [['--database', secret], { cwd: place.dir }],
        [[], { cwd: dir }],
      ];
      for (const [args, options] of runs) {
        for (const form of [[], ['--json']]) {
          const { code, stdout, stderr } = await fraiseql(['config', ...form, ...args], options);
          assert.equal(code, DONE, stderr);
          assert.doesNotMatch(stdout + stderr, /hunter2/, secret);
          assert.match(stdout, /\*{8}/);
        }
      }
    }
  });

  it('refuses unknown names with the nearest, in all three places', async () => {
    const dir = await project({ 'fraiseql.yaml': '# a comment\nlog:\n  levle: warn\n' });
    const cases = [
      [[], { cwd: dir }, /fraiseql\.yaml:3: unknown setting "log\.levle"; did you mean "log\.level"\?/],
      [[], { cwd: place.dir, env: { FRAISEQL_PROT: '1' } },
        /FRAISEQL_PROT names no setting; did you mean FRAISEQL_PORT\?/],
      [[], { cwd: place.dir, env: { FRAISEQL_CONFIG: 'x' } }, /FRAISEQL_CONFIG names no setting\. See: fraiseql/],
      [['--prot', '1'], { cwd: place.dir }, /unknown option --prot; did you mean --port\?/],
      [['--no-port'], { cwd: place.dir }, /unknown option --no-port/],
    ];
    for (const [args, options, message] of cases) {
      const { code, stderr } = await fraiseql(['config', ...args], options);
      assert.equal(code, USAGE);
      assert.match(stderr, message);
    }
  });

  it('refuses values that a setting can not take, and settings that contradict each other', async () => {
    const cases = {
      '--port=x': /"port" must be a whole number, not "x"/,
      '--port=-1': /"port" must be a whole number/,
      '--port=70000': /^fraiseql: port must be at most 65535/,
      '--workers=5000': /workers must be at most 256/,
      '--timeout-idle=10': /must be a duration such as 250ms or 10s, not "10"/,
      '--log-level=loud': /must be one of error warn info debug/,
      '--graphiql=maybe': /must be true or false/,
      '--limits-body=many': /must be a size such as/,
      '--timeout-idle=soon': /must be a duration such as/,
      '--lists-default-limit=2000': /lists\.default_limit must not be greater than lists\.max_limit/,
      '--tls-key=a.pem': /need each other/,
      '--pool-queue=0': /pool\.queue must be greater than 0/,
      '--port': /--port needs a value/,
      '--dir=/no/such/folder': /there is no folder/,
      '--config=/no/such/file': /no\/such\/file/,
    };
    for (const [flag, message] of Object.entries(cases)) {
      const { code, stderr } = await fraiseql(['config', flag], { cwd: place.dir });
      assert.ok(code === USAGE || (code === IO && flag.startsWith('--config')), `${flag}: ${code}`);
      assert.match(stderr, message, flag);
    }
  });

  it('says where a value stands that only the rest makes wrong', async () => {
    const dir = await project({ 'fraiseql.yaml': 'log:\n  # level: warn\nport: 70000\n' });
    const { code, stderr } = await fraiseql(['config'], { cwd: dir });
    assert.equal(code, USAGE);
    assert.equal(stderr, 'fraiseql: fraiseql.yaml:3: port must be at most 65535\n');
  });

  it('takes a zero without a unit, and an empty DATABASE_URL for none', async () => {
    const dir = await project({ 'fraiseql.yaml': 'database: postgresql:///one\n' });
    const all = await config(['--sagas-poll=0'], { cwd: dir, env: { DATABASE_URL: '' } });
    assert.equal(all['sagas.poll'].value, '0');
    assert.deepEqual(all.database, { value: 'postgresql:///one', source: 'fraiseql.yaml:1' });
  });

  it('refuses a file that is not a plain mapping of settings', async () => {
    const cases = {
      'port: 1\nport: 2\n': /fraiseql\.yaml:2: .*twice/,
      'log:\n  level: warn\nlog.level: info\n': /fraiseql\.yaml:3: .*twice/,
      '- port\n': /fraiseql\.yaml:1/,
      'port: [1]\n': /expected a plain value for port/,
      'port: &a 1\n': /anchors/,
      'port: 1\n---\nport: 2\n': /one document/,
      'log: 3\n': /expected settings below log/,
      'port: "1\n': /not YAML/,
    };
    for (const [text, message] of Object.entries(cases)) {
      const dir = await project({ 'fraiseql.yaml': text });
      const { code, stderr } = await fraiseql(['config'], { cwd: dir });
      assert.equal(code, USAGE, text);
      assert.match(stderr, message);
    }
  });
});

describe('colours', () => {
  const shown = async (env, command) => {
    const { stdout } = await execute('script', ['-qec', command, '/dev/null'],
      { cwd: place.dir, env: { TERM: 'xterm', NO_COLOR: undefined, ...env } });
    return stdout.includes('\x1b[');
  };

  it('are for terminals alone that show them, and for users who want them', async () => {
    for (const command of [`"${program}" help`, `"${program}" check --schema nowhere`]) {
      assert.equal(await shown({}, command), true, command);
      assert.equal(await shown({ NO_COLOR: '' }, command), true, command);
      assert.equal(await shown({ NO_COLOR: '1' }, command), false, command);
      assert.equal(await shown({ TERM: 'dumb' }, command), false, command);
      const { stdout, stderr } = await execute('sh', ['-c', command], { cwd: place.dir });
      assert.ok(!(stdout + stderr).includes('\x1b'), command);
    }
  });
});

describe('version, help, manual, completion', () => {
  const run = (...args) => fraiseql(args, { cwd: place.dir });

  it('says its version', async () => {
    const { stdout } = await run('version');
    assert.match(stdout, /^fraiseql \d+\.\d+\.\d+(-\w+)?\n$/);
    assert.equal((await run('--version')).stdout, stdout);
    const json = JSON.parse((await run('version', '--json')).stdout);
    assert.deepEqual(json, { name: 'fraiseql', version: stdout.trim().split(' ')[1] });
  });

  it('explains every command, by two ways', async () => {
    const general = await run('help');
    assert.equal(general.code, DONE);
    assert.equal((await run('--help')).stdout, general.stdout);
    for (const command of COMMANDS) {
      assert.match(general.stdout, new RegExp(`^  ${command} `, 'm'));
      const help = await run('help', ...command.split(' '));
      assert.equal(help.code, DONE, command);
      assert.match(help.stdout, new RegExp(`^fraiseql ${command} - `));
      assert.equal((await run(...command.split(' '), '--help')).stdout, help.stdout);
      assert.ok(help.stdout.split('\n').every((line) => line.length <= 80), command);
    }
    assert.match((await run('help', 'db')).stdout, /fraiseql db install[^]*fraiseql db uninstall/);
  });

  it('lists every setting', async () => {
    const keys = Object.keys(JSON.parse((await run('config', '--json')).stdout));
    const { stdout } = await run('help', '--settings');
    for (const key of keys) assert.match(stdout, new RegExp(`^  --${key.replaceAll(/[._]/g, '-')}\\b`, 'm'));
  });

  it('has a manual page with all of it, without complaint of the formatter', async () => {
    const { code, stdout } = await run('help', '--man');
    assert.equal(code, DONE);
    assert.match(stdout, /^\.TH fraiseql 1/im);
    const plain = stdout.replaceAll('\\-', '-').replaceAll('\\fB', '').replaceAll('\\fR', '');
    for (const command of COMMANDS) assert.ok(plain.includes(`fraiseql ${command}`), command);
    assert.match(plain, /FRAISEQL_/);
    const groff = await execute('groff', ['-k', '-man', '-ww', '-Tutf8', '-z'], { input: stdout })
      .catch(() => undefined); // a formatter need not be there
    if (groff) assert.equal(groff.stderr, '');
  });

  it('completes commands, options, and values of options', async () => {
    const { stdout: script } = await run('completion', 'bash');
    const complete = async (...words) => {
      const line = words.map((word) => `'${word}'`).join(' ');
      const { stdout, stderr } = await execute('bash', ['-c', `${script}
        COMP_WORDS=(${line}) COMP_CWORD=${words.length - 1} COMP_LINE='${words.join(' ')}' COMP_POINT=999
        $(complete -p fraiseql | sed 's/.*-F \\([^ ]*\\).*/\\1/') fraiseql
        printf '%s\\n' "\${COMPREPLY[@]}"`]);
      assert.equal(stderr, '');
      return stdout.trim().split('\n').map((word) => word.trim());
    };
    assert.ok((await complete('fraiseql', '')).includes('init'));
    assert.deepEqual(await complete('fraiseql', 'che'), ['check']);
    assert.ok((await complete('fraiseql', 'serve', '--log-l')).includes('--log-level'));
    assert.ok((await complete('fraiseql', 'serve', '--log-level', '')).includes('debug'));
    assert.ok((await complete('fraiseql', 'init', 'x', '--template', '')).includes('blog'));
    assert.ok((await complete('fraiseql', 'schema', '')).includes('print'));
    assert.deepEqual(await complete('fraiseql', 'schema', 'pr'), ['print']);
  });

  it('refuses what it does not know, with the nearest name', async () => {
    const cases = [
      [[], /^fraiseql - a GraphQL API/],
      [['chek'], /there is no command "chek"; did you mean "check"\?/],
      [['schema'], /"schema" needs one of: .*schema print/],
      [['check', 'x'], /has no use for "x"/],
      [['check', '--jsn'], /unknown option --jsn; did you mean --json\?/],
      [['version', '--port', '1'], /has no use for --port/],
      [['help', 'nix'], /there is no command "nix".*\nSee: fraiseql help\n$/],
      [['help', 'serv'], /there is no command "serv"; did you mean "serve"\?/],
      [['help', 'schema', 'prnt'], /there is no command "schema prnt"; did you mean "schema print"\?/],
      [['schema', 'prnt'], /there is no command "schema prnt"; did you mean "schema print"\?/],
      [['schema', 'xxxxxxxx'], /"schema" needs one of: schema pull, schema print/],
      [['completion', 'fish'], /no completion for "fish"/],
      [['help', '--markdown', 'nix'], /there is no "nix"/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(...args);
      assert.equal(code, USAGE, args.join(' '));
      assert.match(stderr, message);
      assert.equal(stdout, '');
    }
  });

  it('notices that its output could not be written', async () => {
    const { code, stderr } = await execute('sh', ['-c', `"${program}" help >/dev/full`]);
    assert.equal(code, IO);
    assert.match(stderr, /output can't be written/);
  });
});

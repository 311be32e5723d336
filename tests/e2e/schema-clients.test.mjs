// What tools learn of the schema: introspection gives back what `fraiseql schema print` prints, answers every question
// about it as graphql-js would, and is enough for GraphQL Code Generator and gql.tada to type a program by.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isSpecifiedScalarType,
  parse,
  printSchema,
  validateSchema,
} from 'graphql';
import ts from 'typescript';
import { difference, learnDescriptions } from './differential/compare.mjs';
import { document } from './differential/document.mjs';
import { Random } from './differential/random.mjs';
import { answer } from './differential/reference.mjs';
import { Fixture } from './lib/fixture.mjs';
import { inherited, program, root } from './lib/server.mjs';

const run = promisify(execFile);
const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const ALL_SCALARS = 'type Query { a(i: Int, f: Float, d: ID, b: Boolean): String }';
const EVERYTHING = getIntrospectionQuery({
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

// Programs that use what is generated rightly, and a line that does not.
const PROGRAM = {
  'examples/blog': {
    documents: `query Find($where: UserWhereInput, $orderBy: [UserOrderByInput!]) {
      users(where: $where, orderBy: $orderBy, limit: 3) { id name bio role posts(limit: 1) { title publishedAt } }
      feed { __typename ... on PostPublished { title } ... on Activity { id } }
    }`,
    rows: `export const names = (q: FindQuery): string[] => q.users.map((u) => u.name);
      export const bio = (q: FindQuery): string | null | undefined => q.users[0]?.bio;
      export const title = (q: FindQuery) => q.feed.map((f) => (f.__typename === 'PostPublished' ? f.title : f.id));`,
    variables: (
      order,
    ) => `{ where: { name: { icontains: 'a' }, posts: { some: { status: { isNull: false } } } },
      orderBy: [{ name: ${order} }] }`,
    misuse: 'export const wrong: FindQueryVariables = { where: { nothing: { eq: 1 } } };',
  },
  'examples/music-store': {
    documents: `query Find($where: TrackWhereInput, $orderBy: [TrackOrderByInput!]) {
      tracks(where: $where, orderBy: $orderBy) { id title composer durationMs album { artist { name } } }
    }`,
    rows: `export const names = (q: FindQuery): string[] => q.tracks.map((t) => t.album.artist.name);
      export const composer = (q: FindQuery): string | null | undefined => q.tracks[0]?.composer;
      export const length = (q: FindQuery): number => q.tracks.reduce((sum, t) => sum + t.durationMs, 0);`,
    variables: (order) => `{ where: { durationMs: { gt: 1000 }, OR: [{ title: { startsWith: 'A' } }] },
      orderBy: [{ title: ${order} }, { album: { title: ${order} } }] }`,
    misuse: 'export const wrong: FindQueryVariables = { orderBy: [{ length: 1 }] };',
  },
};

const byCodegen = ({ rows, variables }) => `
  import { OrderDirection, type FindQuery, type FindQueryVariables } from './gql/graphql';
  export const given: FindQueryVariables = ${variables('OrderDirection.Desc')};
  ${rows}`;
const byTada = ({ documents, rows, variables }) => `
  import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
  import type { introspection } from './env';
  const graphql = initGraphQLTada<{ introspection: introspection }>();
  export const find = graphql(\`${documents}\`);
  type FindQuery = ResultOf<typeof find>;
  type FindQueryVariables = VariablesOf<typeof find>;
  export const given: FindQueryVariables = ${variables("'DESC'")};
  ${rows}`;

/** What TypeScript has to say about a program of these files. */
function typeErrors(files) {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
}

for (const example of ['examples/blog', 'examples/music-store']) {
  describe(`the schema of ${example}`, () => {
    let f;
    let printed;
    let introspected;
    before(async () => {
      const folder = join(root, example, 'db/schema');
      const files = (await readdir(folder)).sort();
      const sql = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
      const sdl = await readFile(join(root, example, 'schema.graphql'), 'utf8');
      f = await Fixture.start({ sql: sql.join('\n'), sdl });
      const { stdout } = await run(program, ['schema', 'print', '--schema', f.schema, '--database', f.pg.url], {
        env: inherited,
        maxBuffer: 1 << 26,
      });
      printed = stdout;
      introspected = await f.server.data(EVERYTHING);
    });
    after(() => f?.stop());

    it('introspection is what is printed', () => {
      const schema = buildClientSchema(introspected);
      assert.deepEqual(validateSchema(schema), []);
      assert.equal(printSchema(schema), printed.trimEnd());
      assert.equal(printSchema(buildSchema(printed)), printed.trimEnd());
    });

    it('`schema print --json` is the answer to the introspection query', async () => {
      const { stdout } = await run(
        program,
        ['schema', 'print', '--json', '--schema', f.schema, '--database', f.pg.url],
        { env: inherited, maxBuffer: 1 << 26 },
      );
      const answer = JSON.parse(stdout);
      assert.equal(printSchema(buildClientSchema(answer.data ?? answer)), printed.trimEnd());
    });

    it('answers random questions about it', async () => {
      const seed = randomInt(2 ** 32);
      const schema = buildSchema(printed);
      learnDescriptions(answer({ op: 'introspect', sdl: ALL_SCALARS, source: EVERYTHING }).data);
      const own = (t) => t.name.startsWith('__') || isSpecifiedScalarType(t);
      learnDescriptions(introspected.__schema.types.filter(own));
      learnDescriptions(introspected.__schema.directives);
      for (let i = 0; i < 60; i += 1) {
        const source = document(Random.of(seed, i), schema, { onlyIntrospection: true });
        const theirs = answer({ op: 'introspect', sdl: printed, source, variables: {} });
        if (theirs.gaveUp || !theirs.ok) continue;
        const { body } = await f.server.post({ query: source });
        const found = difference(
          theirs,
          { ok: !body.errors, data: body.data, errors: body.errors },
          {
            customDefaults: true,
            source,
          },
        );
        assert.ok(
          !found || found.reason,
          `seed ${seed}, document ${i}: ${JSON.stringify(body).slice(0, 300)}\n${source}`,
        );
      }
    });

    it('__type with aliases, fragments and variables', async () => {
      const query = `query($name: String!, $all: Boolean = false) {
        a: __type(name: $name) { ...T } b: __type(name: "Query") { ...T kind } none: __type(name: "Nothing") { name }
      } fragment T on __Type { title: name fields(includeDeprecated: $all) { n: name } }`;
      const few = await f.server.data(query, { name: 'Query' });
      assert.equal(few.none, null);
      assert.deepEqual(few.a.fields, few.b.fields);
      assert.deepEqual(
        few.a.fields.map((x) => x.n),
        Object.keys(buildSchema(printed).getQueryType().getFields()),
      );
    });

    it('null for an argument that must have a value, and questions beyond all use', async () => {
      const flag = 'Argument "includeDeprecated" of non-null type "Boolean!" must not be null.';
      const told = async (query) => {
        const { body } = await f.server.post({ query, variables: { v: null } });
        return [body.data, ...body.errors.map((e) => [e.message, e.path])];
      };
      const args = 'args(includeDeprecated: $v) { name }';
      const directives = `x: __schema { directives { ${args} } }`;
      assert.deepEqual(await told(`query($v: Boolean = true) { a: __typename ${directives} }`), [
        null,
        [flag, ['x', 'directives', 0, 'args']],
      ]);
      const fields = '__type(name: "Query") { name fields(includeDeprecated: $v) { name } }';
      assert.deepEqual(await told(`query($v: Boolean = true) { ${fields} b: __typename }`), [
        { __type: { name: 'Query', fields: null }, b: 'Query' },
        [flag, ['__type', 'fields']],
      ]);
      assert.deepEqual(await told('query($v: String = "Query") { __type(name: $v) { name } a: __typename }'), [
        { __type: null, a: 'Query' },
        ['Argument "name" of non-null type "String!" must not be null.', ['__type']],
      ]);
      const deep = Array.from({ length: 20 }, (_, i) =>
        `fragment F${i} on __Type { a: ofType { ...F${i + 1} } b: ofType { ...F${i + 1} } }`);
      const bomb = `${deep.join(' ')} fragment F20 on __Type { name }`;
      assert.deepEqual(await told(`{ a: __typename __schema { queryType { ...F0 } } } ${bomb}`), [
        null,
        ['The introspection query is too large.', ['__schema']],
      ]);
      assert.deepEqual(await told(`{ a: __typename __type(name: "Query") { ...F0 } } ${bomb}`), [
        { a: 'Query', __type: null },
        ['The introspection query is too large.', ['__type']],
      ]);
    });

    it('graphql-codegen (client preset) types programs by it', async () => {
      const place = await mkdtemp(join(tmpdir(), 'fraiseql-codegen-'));
      const schema = buildClientSchema(introspected);
      const rawSDL = PROGRAM[example].documents;
      const files = await preset.buildGeneratesSection({
        baseOutputDir: `${place}/gql/`,
        config: { emitLegacyCommonJSImports: false },
        presetConfig: {},
        plugins: [],
        pluginMap: {},
        pluginContext: {},
        schema: parse(printSchema(schema)),
        schemaAst: schema,
        documents: [{ location: 'documents.graphql', document: parse(rawSDL), rawSDL }],
      });
      await mkdir(join(place, 'gql'));
      for (const file of files) await writeFile(file.filename, await codegen(file));
      await symlink(modules, join(place, 'node_modules'));
      await writeFile(join(place, 'package.json'), '{"type": "module"}');
      await writeFile(join(place, 'use.ts'), byCodegen(PROGRAM[example]));
      assert.deepEqual(typeErrors([join(place, 'use.ts')]), []);
      await writeFile(join(place, 'misuse.ts'), `${byCodegen(PROGRAM[example])}\n${PROGRAM[example].misuse}`);
      assert.equal(typeErrors([join(place, 'misuse.ts')]).length, 1);
      await rm(place, { recursive: true });
    });

    it('gql.tada types programs by it', async () => {
      const place = await mkdtemp(join(tmpdir(), 'fraiseql-tada-'));
      await symlink(modules, join(place, 'node_modules'));
      await writeFile(join(place, 'package.json'), '{"type": "module"}');
      await writeFile(
        join(place, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            strict: true,
            noEmit: true,
            skipLibCheck: true,
            target: 'ES2022',
            module: 'ESNext',
            moduleResolution: 'Bundler',
            types: [],
            plugins: [
              {
                name: 'gql.tada/ts-plugin',
                schema: `${f.server.url}/graphql`,
                tadaOutputLocation: './env.d.ts',
              },
            ],
          },
        }),
      );
      const cli = join(modules, '.bin/gql.tada');
      await run(process.execPath, [cli, 'generate-output', '--tsconfig', 'tsconfig.json'], { cwd: place });
      await writeFile(join(place, 'use.ts'), byTada(PROGRAM[example]));
      assert.deepEqual(typeErrors([join(place, 'use.ts')]), []);
      await writeFile(join(place, 'misuse.ts'), `${byTada(PROGRAM[example])}\n${PROGRAM[example].misuse}`);
      assert.equal(typeErrors([join(place, 'misuse.ts')]).length, 1);
      await rm(place, { recursive: true });
    });
  });
}

describe('the policy of introspection', () => {
  for (const [policy, allowed] of [
    ['public', true],
    ['authenticated', false],
    ['disabled', false],
  ])
    it(`${policy}, without an identity`, async () => {
      const f = await Fixture.start({
        sql: 'create table a (id int primary key)',
        sdl: 'type A @source(relation: "a") { id: Int! } type Query { as: [A!]! }',
        args: ['--introspection', policy, '--auth-secret', 'a secret of thirty-two bytes or more'],
      });
      for (const query of [
        '{ __schema { types { name } } }',
        '{ x: __type(name: "A") { name } }',
        '{ ...F } fragment F on Query { as { id } __type(name: "A") { name } }',
      ]) {
        const { body } = await f.server.post({ query });
        assert.equal(body.errors === undefined, allowed, JSON.stringify(body));
        assert.equal(JSON.stringify(body.data ?? null).includes('"name"'), allowed);
      }
      const { body } = await f.server.post({ query: '{ __typename as { __typename } }' });
      assert.deepEqual(body, { data: { __typename: 'Query', as: [] } });
      await f.stop();
    });
});

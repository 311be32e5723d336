// Clients that page by the Relay specification: relay-compiler takes the schema, and what it makes of a paged
// fragment and of a refetched node runs; Apollo Client's relayStylePagination joins pages.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { Postgres } from './lib/postgres.mjs';
import { Server, inherited, program, root } from './lib/server.mjs';

const run = promisify(execFile);
const store = join(root, 'examples/music-store');
const SDL = `
  interface Node { id: ID! }
  type Tune implements Node @source(relation: "track") { id: ID! trackId: BigInt! @column(name: "id") title: String! }
  extend type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    tunes: TuneConnection! @list(defaultLimit: 10, maxLimit: 100)
  }
`;
const APP = `
graphql\`
  fragment app_tunes on Query @refetchable(queryName: "appTunesPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 100 }, cursor: { type: "String" }) {
    tunes(first: $count, after: $cursor, orderBy: [{ title: ASC }]) @connection(key: "app_tunes") {
      edges { node { title ...app_tune } }
    }
  }
\`;
graphql\`fragment app_tune on Tune @refetchable(queryName: "appTuneQuery") { title trackId }\`;
graphql\`query appQuery { ...app_tunes }\`;
`;

describe('clients of the Relay specification', () => {
  let pg;
  let server;
  let dir;
  let titles;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-relay-'));
    pg = await Postgres.start();
    for (const file of ['schema/01_catalogue', 'schema/02_sales', 'seeds/01_catalogue', 'seeds/02_sales']) {
      await pg.file(join(store, 'db', `${file}.sql`));
    }
    await writeFile(join(dir, 'schema.graphql'), await readFile(join(store, 'schema.graphql'), 'utf8') + SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
    titles = (await pg.sql('select title from track order by title, id')).split('\n');
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('relay-compiler: a paged fragment and a refetched node', async () => {
    const { stdout } = await run(program, ['schema', 'print', '--schema', join(dir, 'schema.graphql')],
      { env: { ...inherited, DATABASE_URL: pg.url }, maxBuffer: 2 ** 24 });
    await mkdir(join(dir, 'src'));
    await writeFile(join(dir, 'printed.graphql'), stdout);
    await writeFile(join(dir, 'src/app.js'), APP);
    await writeFile(join(dir, 'relay.config.json'), JSON.stringify(
      { src: './src', schema: './printed.graphql', language: 'javascript', eagerEsModules: true }));
    await writeFile(join(dir, 'package.json'), '{}');
    const compiler = fileURLToPath(new URL('node_modules/relay-compiler/cli.js', import.meta.url));
    await run('node', [compiler, 'relay.config.json'], { cwd: dir });
    const text = async (name) => {
      const made = await readFile(join(dir, `src/__generated__/${name}.graphql.js`), 'utf8');
      return JSON.parse(made.match(/"text": (".*")/)[1]);
    };
    const page = await text('appTunesPageQuery');
    const seen = [];
    let cursor = null;
    do {
      const { tunes } = await server.data(page, { count: 100, cursor });
      seen.push(...tunes.edges.map((e) => e.node));
      assert.ok(tunes.edges.every((e) => e.cursor && e.node.__typename === 'Tune'));
      cursor = tunes.pageInfo.hasNextPage ? tunes.pageInfo.endCursor : null;
    } while (cursor);
    assert.deepEqual(seen.map((n) => n.title), titles);
    const { node } = await server.data(await text('appTuneQuery'), { id: seen[7].id });
    assert.equal(node.title, titles[7]);
    assert.equal(node.id, seen[7].id);
  });

  it('Apollo Client: relayStylePagination', async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${server.url}/graphql` }),
      cache: new InMemoryCache({
        typePolicies: { Query: { fields: { tunes: relayStylePagination(['where', 'orderBy']) } } },
      }),
    });
    const query = gql`query Tunes($after: String) {
      tunes(first: 90, after: $after, orderBy: [{ title: ASC }]) {
        edges { cursor node { id title } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    const watched = client.watchQuery({ query });
    const subscription = watched.subscribe({ next: () => {}, error: () => {} });
    await client.query({ query });
    for (let pages = 1; ; pages += 1) {
      const { tunes } = client.readQuery({ query });
      assert.deepEqual(tunes.edges.map((e) => e.node.title), titles.slice(0, pages * 90));
      if (!tunes.pageInfo.hasNextPage) break;
      await watched.fetchMore({ variables: { after: tunes.pageInfo.endCursor } });
    }
    assert.equal(client.readQuery({ query }).tunes.edges.length, titles.length);
    subscription.unsubscribe();
    client.stop();
  });
});

// growth - the time that reads take against the rows that they return: it should be a straight line.
// Usage: node bench/growth.mjs [xs|medium|large] (default: medium; BUILD=build). Starts a PostgreSQL server and
// FraiseQL of its own, asks each query with more and more rows, and prints the median of some rounds.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.env.FRAISEQL ??= resolve(process.env.BUILD ?? join(root, 'build'), 'fraiseql');
const { Postgres } = await import('../tests/e2e/lib/postgres.mjs');
const { Server } = await import('../tests/e2e/lib/server.mjs');

const ROUNDS = 15;
const SIZES = [10, 100, 1000, 5000];
// Made for a number of rows; what is counted is every row in the answer, related ones included.
const QUERIES = {
  'documents': (n) => `{ posts(limit: ${n}) { id title createdAt } }`,
  'rows': (n) => `{ postRows(limit: ${n}) { id title createdAt } }`,
  'a page, with its cursors': (n) => `{ postPages(first: ${n}) { edges { cursor node { id title } }
    pageInfo { hasNextPage } } }`,
  'rows with one related': (n) => `{ postRows(limit: ${n}) { id author { id username } } }`,
  'rows with five related, and one of each': (n) => `{ postRows(limit: ${n / 5}) { id
    comments(limit: 5) { id author { id } } } }`,
};

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const volume = process.argv[2] ?? 'medium';
const dir = await mkdtemp(join(tmpdir(), 'fraiseql-growth-'));
const pg = await Postgres.start({ shared_buffers: '256MB' });
let server;
try {
  execFileSync(join(root, 'bench/dataset/load.sh'), [volume, pg.url], { stdio: 'ignore' });
  const sdl = await readFile(join(root, 'bench/dataset/schema.graphql'), 'utf8');
  await writeFile(join(dir, 'schema.graphql'),
    `${sdl}\nextend type Query { postPages: PostRowConnection! }`);
  server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url,
    '--lists-max-limit', '5000'], { env: { FRAISEQL_LOG_ACCESS: 'false' } });
  console.log(`volume ${volume}, median of ${ROUNDS} rounds, one client\n`);
  console.log('query                                         rows        ms    µs a row   KB');
  for (const [name, make] of Object.entries(QUERIES)) {
    for (const n of SIZES) {
      const query = make(n);
      const times = [];
      let bytes;
      let rows;
      for (let i = 0; i < ROUNDS + 3; i += 1) {
        const start = process.hrtime.bigint();
        const { text, body } = await server.post({ query });
        if (body.errors) throw new Error(text.slice(0, 500));
        if (i >= 3) times.push(Number(process.hrtime.bigint() - start) / 1e6);
        bytes = text.length;
        rows = text.match(/"id":/g).length;
      }
      const ms = median(times);
      console.log(`${name.padEnd(42)} ${String(rows).padStart(7)} ${ms.toFixed(2).padStart(9)}`
        + ` ${((ms * 1000) / rows).toFixed(2).padStart(11)} ${(bytes / 1024).toFixed(0).padStart(4)}`);
    }
  }
} finally {
  await server?.stop();
  await pg.stop();
  await rm(dir, { recursive: true, force: true });
}

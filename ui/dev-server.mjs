// Serves a built page with a small GraphQL API behind it, for the tests of the
// page: `node dev-server.mjs OUTDIR [PORT]`, or start() from a test. It sends
// the headers that the page is promised to work with, and no others.

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSchema, graphql } from 'graphql';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SDL = `
  "A person who writes."
  type User {
    id: ID!
    "The name shown beside each post."
    name: String!
    posts: [Post!]!
  }

  type Post {
    id: ID!
    title: String!
    author: User!
  }

  type Query {
    users(limit: Int): [User!]!
    posts: [Post!]!
  }
`;

function people() {
  const users = ['Ada', 'Grace', 'Edsger'].map((name, i) => ({ id: i + 1, name, posts: [] }));
  const posts = users.map((author, i) => ({ id: i + 1, title: `Post ${i + 1}`, author }));
  users.forEach((user, i) => user.posts.push(posts[i]));
  return { users: ({ limit }) => users.slice(0, limit ?? users.length), posts };
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function file(response, path) {
  if (!existsSync(path)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(path)],
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  createReadStream(path).pipe(response);
}

// Starts on `port` (0: any free one). The answer's url is where it listens;
// setStatus() sets the answer of /_dev/status (undefined: 404); extend() adds
// SDL to the schema, as an edit of schema.graphql would; close() stops it.
export async function start({ outdir, port = 0 }) {
  const state = { sdl: SDL, schema: buildSchema(SDL), status: { generation: 1, ok: true } };
  const rootValue = people();
  const seen = [];

  async function answer(request, response) {
    const path = new URL(request.url, 'http://localhost').pathname;
    seen.push(path);
    if (path === '/graphql') {
      const { query: source, variables: variableValues, operationName } = await body(request);
      const { schema } = state;
      json(response, 200, await graphql({ schema, source, rootValue, variableValues,
        operationName }));
    } else if (path === '/_dev/status') {
      json(response, state.status ? 200 : 404, state.status ?? {});
    } else {
      file(response, join(outdir, path === '/' ? 'index.html' : path.replaceAll('/', '')));
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => json(response, 500, { message: error.message }));
  });
  await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    seen,
    setStatus(status) { state.status = status; },
    extend(sdl) {
      state.sdl += sdl;
      state.schema = buildSchema(state.sdl);
    },
    close() {
      server.closeAllConnections();
      return new Promise((done) => { server.close(done); });
    },
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [outdir, port] = process.argv.slice(2);
  if (!outdir) {
    console.error('usage: node dev-server.mjs OUTDIR [PORT]');
    process.exit(2);
  }
  const { url } = await start({ outdir: resolve(outdir), port: Number(port ?? 8080) });
  console.log(url);
}

// A FraiseQL server for a test: the built program on a copy of a project, on a free port.

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awaitExit, startChild } from './child.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const program = resolve(process.env.FRAISEQL ?? join(root, 'build/fraiseql'));

/** Copies a project (below the repository) to a folder of its own; `.remove()` deletes it. */
export async function project(path) {
  const parent = await mkdtemp(join(tmpdir(), 'fraiseql-e2e-'));
  const dir = join(parent, basename(path));
  await cp(join(root, path), dir, {
    recursive: true,
    filter: (from) => !from.includes('/.fraiseql'),
  });
  return { dir, remove: () => rm(parent, { recursive: true, force: true }) };
}

const RUNTIMES = { address: '__asan_init', undefined: '__ubsan_handle_', thread: '__tsan_init' };

/** The sanitizers in the program, by the names that compilers give them. */
export async function sanitizers() {
  const binary = await readFile(program, 'latin1');
  return Object.keys(RUNTIMES).filter((name) => binary.includes(RUNTIMES[name]));
}

// Without the tests' own FRAISEQL_ variables: the program refuses settings that it does not know.
export const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('FRAISEQL')));

/** A running program. `log` is what it has written on standard error so far. */
export class Server {
  /** `as`: options of spawn, as another user's uid; `program`: another copy; `ready`: false = do not wait for it. */
  static start(args, { env = {}, timeout = 60_000, as = {}, ...options } = {}) {
    const all = { ...inherited, DATABASE_URL: '', ...env, ...as.env };
    return Server.spawn(options.program ?? program, [...args, '--port', '0'], all, { timeout, as, ...options });
  }

  /** Any program that serves, such as one with the library inside. `out`: what it has printed. */
  static async spawn(file, args, env, { timeout = 60_000, as = {}, ...options } = {}) {
    const server = new Server();
    server.log = '';
    server.out = '';
    server.child = startChild(file, args, { ...as, env, stdio: ['ignore', 'pipe', 'pipe'] });
    server.child.stdout.setEncoding('utf8').on('data', (text) => { server.out += text; });
    server.child.stderr.setEncoding('utf8').on('data', (text) => {
      server.log += text;
      server.listeners.forEach((listen) => listen());
    });
    const serving = server.waitLog(/serving (https?:\/\/[^\s"]+)\/graphql/, timeout);
    const { timer } = server;
    const [, url] = await Promise.race([
      serving,
      server.child.ended.then(({ code }) => {
        clearTimeout(timer); // or it keeps the test's process
        throw new Error(`the server ended with ${code}:\n${server.log}`);
      }),
    ]);
    server.url = url;
    if (options.ready !== false) await server.waitReady(timeout);
    return server;
  }

  listeners = new Set();

  /** { code, signal } of its end. */
  get exit() {
    return awaitExit(this.child);
  }

  /** The first match of `pattern` in the log, now or later. */
  waitLog(pattern, timeout = 20_000, from = 0) {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        this.listeners.delete(look);
        fail(new Error(`no ${pattern} in the log:\n${this.log}`));
      }, timeout);
      this.timer = timer;
      const look = () => {
        const found = this.log.slice(from).match(pattern);
        if (!found) return;
        clearTimeout(timer);
        this.listeners.delete(look);
        done(found);
      };
      this.listeners.add(look);
      look();
    });
  }

  async waitReady(timeout = 20_000) {
    const end = Date.now() + timeout;
    for (;;) {
      const answer = await fetch(`${this.url}/ready`).catch(() => undefined);
      if (answer?.status === 200) return;
      if (Date.now() > end) throw new Error(`not ready: ${await answer?.text()}\n${this.log}`);
      await new Promise((next) => { setTimeout(next, 20); });
    }
  }

  /** One POST; returns { status, headers, text, body }. */
  async post(request, headers = {}) {
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof request === 'string' ? request : JSON.stringify(request),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
  }

  /** The data of a query that must succeed. */
  async data(query, variables) {
    const { body, text } = await this.post({ query, variables });
    if (body.errors) throw new Error(text);
    return body.data;
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.exit;
  }
}

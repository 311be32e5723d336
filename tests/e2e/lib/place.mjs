// Where the snippets of a page run: a folder, a database, the program on a free port, and a shell.
// The conventions are in docs.test.mjs.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { awaitExit, startChild } from './child.mjs';
import { Library } from './library.mjs';
import { Postgres } from './postgres.mjs';
import { program, root } from './server.mjs';

const PORT = 8000; // what pages say
const START_MS = 90_000;
const TELL_MS = 10_000;
const COMMAND_MS = 60_000;

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().on('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

const ours = ([name]) => !/^(FRAISEQL|DATABASE_URL|PG[A-Z]+$|NODE_TEST)/.test(name);
const inherited = Object.fromEntries(Object.entries(process.env).filter(ours));
const setting = (name) => `FRAISEQL_${name.replaceAll(/[.-]/g, '_').toUpperCase()}`;
const wait = (ms) => new Promise((next) => { setTimeout(next, ms); });

export class Place {
  /** `what`: none, new, or a project's path below the repository; see docs.test.mjs for `options`. */
  static async open(what, { mode = 'dev', user } = {}) {
    const place = new Place();
    Object.assign(place, { mode, user, headers: {}, settings: {}, variables: {}, log: '' });
    place.base = await mkdtemp(join(tmpdir(), 'fraiseql-docs-'));
    place.dir = join(place.base, ['none', 'new'].includes(what) ? 'work' : basename(what));
    place.hasProject = what !== 'none';
    if (place.hasProject && what !== 'new') {
      const filter = (from) => !from.includes('/.fraiseql');
      await cp(join(root, what), place.dir, { recursive: true, filter });
    }
    await mkdir(place.dir, { recursive: true });
    place.cwd = place.dir;
    place.port = await freePort();
    place.changed = true;
    place.unfilled = place.hasProject;
    if (mode === 'serve') {
      place.postgres = await Postgres.start();
      await place.postgres.sql('create database page');
    }
    return place;
  }

  async close() {
    await this.stop();
    await this.postgres?.stop();
    await rm(this.base, { recursive: true, force: true });
  }

  get url() {
    const user = this.user ?? 'test';
    return this.postgres && `postgresql://${user}@/page?host=${this.postgres.dir}`;
  }

  get env() {
    const settings = Object.entries(this.settings).map(([name, value]) => [setting(name), value]);
    return {
      ...inherited,
      HOME: this.base,
      PATH: `${this.base}/bin:${dirname(program)}:${process.env.PATH}`,
      ...this.library?.env,
      ...(this.url ? { DATABASE_URL: this.url } : {}),
      ...Object.fromEntries(settings),
      ...this.variables,
    };
  }

  /** Port and addresses as pages write them → as they are here; and back. */
  real = (text) => text.replaceAll(/(127\.0\.0\.1|localhost):8000/g, `$1:${this.port}`)
    .replaceAll(/--port[ =]8000/g, `--port=${this.port}`);

  shown = (text) => text.replaceAll(new RegExp(`\\b${this.port}\\b`, 'g'), String(PORT))
    .replaceAll(this.base, '~');

  /** The value of $NAME in a header, as the page's shell has it. */
  expand = (text) => text.replaceAll(/\$([A-Z_]+)/g, (whole, name) => this.variables[name] ?? whole);

  async write(path, text, { append = false } = {}) {
    const file = join(this.dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: append ? 'a' : 'w' });
    this.changed = true;
    this.unfilled = true;
  }

  /** A C program. From here on the installed library is there, and a cc that lets nothing pass. */
  async writeProgram(path, text) {
    this.library ??= await Library.common();
    const cc = join(this.base, 'bin/cc');
    const words = [...this.library.cc, '-Wall -Wextra -Wpedantic -Werror -g', '"$@"'].join(' ');
    await mkdir(dirname(cc), { recursive: true });
    await writeFile(cc, `#!/bin/sh\nPATH='${process.env.PATH}' exec ${words}\n`, { mode: 0o755 });
    await writeFile(join(this.dir, path), text);
    return this.shell(`cc -fsyntax-only $(pkg-config --cflags fraiseql) '${join(this.dir, path)}'`);
  }

  /** The next file of SQL: in the order in which the page shows it. */
  async writeSql(text) {
    this.sqlFiles = (this.sqlFiles ?? 0) + 1;
    const number = String(this.sqlFiles).padStart(2, '0');
    await this.write(`db/schema/${number}_page.sql`, text);
  }

  // ---- the program ----

  /** The server, started or started again when the page changed the project. */
  async serve() {
    if (this.server && (this.byPage || !this.changed)) return;
    if (!this.hasProject) throw new Error('there is no server here: see <!-- test: project … -->');
    await this.stop();
    await this.fill();
    const args = [program, this.mode, '--dir', this.dir, '--port', String(this.port)];
    await this.launch(args, this.dir);
    this.changed = false;
  }

  /** With mode=serve: the database as the project's files say. */
  async fill() {
    const { postgres } = this;
    if (!postgres || !this.unfilled) return;
    this.unfilled = false;
    await this.stop();
    await postgres.sql('drop database if exists page');
    await postgres.sql(`do $$ declare name text; begin
      for name in select rolname from pg_roles where rolname !~ '^(pg_|test$)' loop
        execute format('drop role %I', name);
      end loop; end $$`);
    await postgres.sql('create database page');
    const superuser = this.url.replace(`//${this.user ?? 'test'}@`, '//test@');
    const pipe = (...argv) => new Promise((done, fail) => {
      execFile(argv[0], argv.slice(1), { env: { ...this.env, DATABASE_URL: superuser } },
        (error, stdout, stderr) => (error ? fail(new Error(stderr)) : done(stdout)));
    });
    await pipe(program, 'db', 'install');
    for (const folder of ['db/schema', 'db/seeds']) {
      const files = await readdir(join(this.dir, folder)).catch(() => []);
      for (const file of files.filter((name) => name.endsWith('.sql')).sort()) {
        await pipe('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-1', '-f', join(this.dir, folder, file), superuser);
      }
    }
  }

  /** A server by the page's own command. */
  async serveBy(script) {
    await this.stop();
    await this.launch(['bash', '-ec', this.real(script)], this.cwd);
    this.byPage = true;
  }

  async launch(argv, cwd) {
    this.log = '';
    const port = { FRAISEQL_PORT: String(this.port), PORT: String(this.port) };
    const child = startChild(argv[0], argv.slice(1),
      { cwd, env: { ...this.env, ...port }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.server = child;
    child.ended.then(() => { this.server = undefined; });
    const note = (text) => { this.log += text; };
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    let told = false;
    for (const end = Date.now() + START_MS; ;) {
      if (!told && Date.now() > end - START_MS + TELL_MS) {
        told = true; // a mistake in the page's SQL or SDL: the server waits for it to be corrected
        console.error(`the server is not ready yet:\n${this.log}`);
      }
      const url = /serving https:/.test(this.log) ? undefined : `http://127.0.0.1:${this.port}/ready`;
      const answer = url && await fetch(url).catch(() => undefined);
      if (answer?.status === 200 || (!url && /serving/.test(this.log))) return;
      if (!this.server) throw new Error(`the server ended:\n${this.log}`);
      if (Date.now() > end) throw new Error(`the server is not ready:\n${this.log}`);
      await wait(30);
    }
  }

  async stop() {
    const { byPage } = this;
    this.byPage = false;
    if (!this.server) return;
    process.kill(-this.server.pid, 'SIGTERM');
    const { code } = await awaitExit(this.server);
    if (byPage && code) throw new Error(`the page's server ended with ${code}:\n${this.log}`);
  }

  async post(request) {
    await this.serve();
    const headers = { 'content-type': 'application/json' };
    for (const [name, value] of Object.entries(this.headers)) headers[name] = this.expand(value);
    const answer = await fetch(`http://127.0.0.1:${this.port}/graphql`,
      { method: 'POST', headers, body: JSON.stringify(request) });
    return { status: answer.status, text: await answer.text() };
  }

  // ---- commands ----

  /** Runs a script where the last one ended: same folder, same variables. */
  async shell(script) {
    const state = join(this.base, '.state');
    const whole = `set -ea -o pipefail\nexec 2>&1\ntrap '{ pwd; env -0; } >"${state}"' EXIT\n${this.real(script)}`;
    const { code, output } = await new Promise((done) => {
      execFile('bash', ['-c', whole],
        { cwd: this.cwd, env: this.env, timeout: COMMAND_MS, maxBuffer: 1 << 26 },
        (error, stdout) => done({ code: error?.code ?? (error ? error.signal : 0), output: stdout }));
    });
    const kept = await readFile(state, 'utf8').catch(() => '');
    const end = kept.indexOf('\n');
    if (end > 0) {
      this.cwd = kept.slice(0, end);
      const before = this.env;
      for (const entry of kept.slice(end + 1).split('\0')) {
        const at = entry.indexOf('=');
        const [name, value] = [entry.slice(0, at), entry.slice(at + 1)];
        if (at > 0 && before[name] !== value && !/^(_|PWD|OLDPWD|SHLVL)$/.test(name)) {
          this.variables[name] = value;
        }
      }
    }
    return { code, output: this.shown(output) };
  }

  /** SQL at the database of the server. */
  async sql(text) {
    await this.serve();
    const place = this.url?.replace(/\/\/[^@]*@/, '//test@') ?? this.log.match(/psql "([^"]+)"/)?.[1];
    if (!place) throw new Error('the log does not say where the database is');
    return new Promise((done) => {
      const child = execFile('psql', ['-X', '-v', 'ON_ERROR_STOP=1', place], (error, stdout, stderr) => {
        done({ code: error?.code ?? 0, output: stdout + stderr });
      });
      child.stdin.end(text);
    });
  }
}

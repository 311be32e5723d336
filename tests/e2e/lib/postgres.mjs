// A PostgreSQL server of a test's own: a Unix socket in a temporary folder, run as an unprivileged user when
// root runs the tests.

import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { awaitExit, startChild } from './child.mjs';

const run = promisify(execFile);

function binaries() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => b - a) : [];
  const found = versions.map((v) => join(base, v, 'bin')).find((d) => existsSync(join(d, 'initdb')));
  if (!found) throw new Error('no PostgreSQL server in /usr/lib/postgresql');
  return found;
}

function unprivileged() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Is it a statement that sets what a transaction of ours is to be like? */
export const isSettings = (sql) => /^select where num_nulls\(set_config/.test(sql);

export class Postgres {
  static async start(settings = {}) {
    const pg = new Postgres();
    pg.bin = binaries();
    pg.user = unprivileged();
    pg.dir = await mkdtemp(join(tmpdir(), 'fraiseql-pg-'));
    pg.settings = settings;
    await chmod(pg.dir, 0o755);
    if (pg.user.uid) chownSync(pg.dir, pg.user.uid, pg.user.gid);
    const options = { ...pg.user, cwd: pg.dir };
    await run(join(pg.bin, 'initdb'),
      ['-D', join(pg.dir, 'data'), '-U', 'test', '-A', 'trust', '-N', '--locale=C.UTF-8'], options);
    await pg.boot();
    return pg;
  }

  get url() {
    return `postgresql://test@/postgres?host=${this.dir}`;
  }

  async boot() {
    const settings = {
      listen_addresses: '', unix_socket_directories: this.dir, fsync: 'off', ...this.settings,
    };
    const args = ['-D', join(this.dir, 'data')];
    for (const [key, value] of Object.entries(settings)) args.push('-c', `${key}=${value}`);
    this.child = startChild(join(this.bin, 'postgres'), args,
      { ...this.user, left: 'SIGQUIT', cwd: this.dir, stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.child.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        await this.sql('select 1');
        return;
      } catch {
        await new Promise((next) => { setTimeout(next, 50); });
      }
    }
    throw new Error(`PostgreSQL did not start:\n${this.log}`);
  }

  /** Runs SQL by psql; returns what it prints (unaligned, tuples only). */
  async sql(text) {
    const { stdout } = await run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text, this.url],
      { maxBuffer: 2 ** 28 });
    return stdout.trimEnd();
  }

  /** Waits until a query prints `wanted`. */
  async until(query, wanted, timeout = 10_000) {
    const end = Date.now() + timeout;
    let printed;
    do {
      printed = await this.sql(query);
      if (printed === wanted) return;
      await new Promise((next) => { setTimeout(next, 20); });
    } while (Date.now() < end);
    throw new Error(`never ${wanted}, but ${printed}: ${query}`);
  }

  /** The prepared statements of programs that the server executes during `work`, but for settings. */
  async executed(work) {
    const set = async (change) => {
      await this.sql(`alter system ${change}`);
      await this.sql('select pg_reload_conf()');
    };
    await set("set log_statement = 'all'");
    await new Promise((next) => { setTimeout(next, 300); }); // for the reload to reach every backend
    const from = this.log.length;
    await work();
    const mark = `mark ${from}`;
    await this.sql(`select '${mark}'`);
    while (!this.log.includes(mark, from)) await new Promise((next) => { setTimeout(next, 10); });
    const found = this.log.slice(from).match(/LOG: {2}execute [^\n]*/g) ?? [];
    await set('reset log_statement');
    return found.map((line) => line.replace(/^LOG: {2}execute [^:]*: /, '')).filter((sql) => !isSettings(sql));
  }

  async file(path) {
    await run('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-f', path, this.url]);
  }

  /** SIGINT: fast shutdown; SIGQUIT: a crash. */
  async halt(signal = 'SIGINT') {
    this.child.kill(signal);
    await awaitExit(this.child);
  }

  async stop() {
    await this.halt();
    await rm(this.dir, { recursive: true, force: true });
  }
}

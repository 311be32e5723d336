// A server on a schema and SQL that a test brings along, with a private PostgreSQL.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Postgres } from './postgres.mjs';
import { Server, inherited, program } from './server.mjs';

const run = promisify(execFile);

export class Fixture {
  /** `install`: with the schema "fraiseql"; `args`: more of `serve`; `user`: its database role. */
  static async start({ sql, sdl, args = [], install = true, settings = {}, env = {}, user = 'test' }) {
    const f = new Fixture();
    f.dir = await mkdtemp(join(tmpdir(), 'fraiseql-fixture-'));
    f.schema = join(f.dir, 'schema.graphql');
    f.args = args;
    f.env = env;
    f.user = user;
    await writeFile(f.schema, sdl);
    f.pg = await Postgres.start(settings);
    if (install) await run(program, ['db', 'install', '--database', f.pg.url], { env: inherited });
    await f.pg.sql(sql);
    await f.serve();
    return f;
  }

  async serve() {
    const url = this.pg.url.replace('test@', `${this.user}@`);
    this.server = await Server.start(['serve', '--schema', this.schema, '--database', url,
      '--no-log-access', ...this.args], { env: this.env });
  }

  /** What `fraiseql check` says about an SDL against the fixture's database. */
  async check(sdl) {
    const file = join(this.dir, 'other.graphql');
    await writeFile(file, sdl);
    try {
      const { stdout, stderr } = await run(program,
        ['check', '--schema', file, '--database', this.pg.url], { env: inherited });
      return { code: 0, text: stdout + stderr };
    } catch (e) {
      return { code: e.code, text: e.stdout + e.stderr };
    }
  }

  async stop() {
    const end = await this.server?.stop();
    await this.pg?.stop();
    await rm(this.dir, { recursive: true, force: true });
    return end;
  }
}

// The library as `make install` leaves it, and a compiler for programs that have it inside.

import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inherited, program, sanitizers } from './server.mjs';

const run = promisify(execFile);
const build = dirname(program);

let common;

export class Library {
  /** One for the whole process, which is removed at its end. */
  static common() {
    common ??= Library.install().then((library) => {
      process.on('exit', () => rmSync(library.dir, { recursive: true, force: true }));
      return library;
    });
    return common;
  }

  /** Installs what was built into a folder of its own. */
  static async install() {
    const library = new Library();
    library.dir = await mkdtemp(join(tmpdir(), 'fraiseql-library-'));
    const introspect = async (what, name) => {
      const { stdout } = await run('meson', ['introspect', build, what]);
      return JSON.parse(stdout).find((o) => o.name === name);
    };
    await run('meson', ['install', '-C', build, '--no-rebuild', '--destdir', library.dir]);
    library.prefix = join(library.dir, (await introspect('--buildoptions', 'prefix')).value);
    // As the library was compiled: no other compiler's sanitizers fit to those in it.
    const [{ compiler }] = (await introspect('--targets', 'fraiseql')).target_sources;
    library.cc = [...compiler, `-fsanitize=${(await sanitizers()).join() || 'address'}`];
    const installed = await readdir(library.prefix, { recursive: true });
    const pc = join(library.prefix, installed.find((name) => name.endsWith('pkgconfig/fraiseql.pc')));
    library.folder = join(pc, '../..');
    // as if it had been configured for this folder
    await writeFile(pc, (await readFile(pc, 'utf8')).replace(/^prefix=.*/m, `prefix=${library.prefix}`));
    return library;
  }

  remove() {
    return rm(this.dir, { recursive: true, force: true });
  }

  /** For pkg-config, and for programs that were linked with the library. */
  get env() {
    return {
      PKG_CONFIG_PATH: join(this.folder, 'pkgconfig'),
      LD_LIBRARY_PATH: this.folder,
      ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=1:exitcode=99`,
      TSAN_OPTIONS: `${process.env.TSAN_OPTIONS ?? ''}:exitcode=99`,
    };
  }

  /** What pkg-config prints, as words. */
  async flags(...args) {
    const { stdout } = await run('pkg-config', args, { env: { ...process.env, ...this.env } });
    return stdout.trim().split(/\s+/);
  }

  /** A program of SOURCE, with a sanitizer and without warnings; `packages`: more that pkg-config knows. */
  async compile(source, out, packages = []) {
    const flags = await this.flags('--cflags', '--libs', 'fraiseql', ...packages);
    const [cc, ...words] = this.cc;
    await run(cc, [...words, '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-g',
      source, '-o', out, ...flags, '-lm', '-lpthread']);
    return { ...inherited, ...this.env };
  }
}

// The program as a command: run to its end, with its output.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './server.mjs';

const ours = ([name]) => !/^(FRAISEQL|DATABASE_URL|PG[A-Z]+$)/.test(name);
const inherited = Object.fromEntries(Object.entries(process.env).filter(ours));

/** Runs a program: { code, signal, stdout, stderr }. Standard input is `input`. */
export function execute(file, args, { cwd, env = {}, input = '', timeout = 60_000 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, env: { ...inherited, ...env }, timeout });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => { out[name] += text; });
    }
    child.on('error', fail).on('close', (code, signal) => done({ code, signal, ...out }));
    child.stdin.on('error', () => {}).end(input);
  });
}

/** fraiseql ARGS… */
export const fraiseql = (args, options) => execute(program, args, options);

/** An empty folder; `.remove()` deletes it. */
export async function folder() {
  const dir = await mkdtemp(join(tmpdir(), 'fraiseql-cmd-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

// Programs that go on beside a test. A test whose set-up fails has no tear-down (node:test of Node.js 18), so what
// was started by then must not keep the process, and ends with it.

import { spawn } from 'node:child_process';

const running = new Map();
process.on('exit', () => running.forEach((end) => end()));

/**
 * Spawns; `left` is sent to a program that is still there when the process ends. `ended` is a promise that does not
 * keep the process; awaitExit(child) is one that does.
 */
export function startChild(file, args, { left = 'SIGKILL', ...options } = {}) {
  const child = spawn(file, args, options);
  running.set(child, () => process.kill(options.detached ? -child.pid : child.pid, left));
  child.ended = new Promise((done) => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      done({ code, signal });
    });
  });
  [child, child.stdout, child.stderr].forEach((handle) => handle?.unref());
  return child;
}

export function awaitExit(child) {
  if (child.exitCode === null && child.signalCode === null) child.ref();
  return child.ended;
}

// The conformance program: a request a line, an answer a line.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Peer {
  constructor(program) {
    this.child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    this.child.on('exit', (code, signal) => {
      this.end = `the program ended with ${signal ?? code}`;
      this.waiting.splice(0).forEach(({ fail }) => fail(new Error(this.end)));
    });
    createInterface({ input: this.child.stdout }).on('line', (line) =>
      this.waiting.shift().done(JSON.parse(line)),
    );
  }

  ask(request) {
    return new Promise((done, fail) => {
      if (this.end) {
        fail(new Error(this.end));
        return;
      }
      this.waiting.push({ done, fail });
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  stop() {
    this.child.stdin.end();
  }
}

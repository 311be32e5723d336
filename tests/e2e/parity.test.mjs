// The benchmark's operations answer what plain SQL answers, row by row.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server, root } from './lib/server.mjs';

const run = promisify(execFile);
const dataset = join(root, 'bench/dataset');
const OPS = ['C3', 'Q1', 'Q2', 'Q2b', 'Q3', 'F1', 'F2', 'D3', 'W1', 'M1'];

describe('parity with SQL', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-parity-'));
    pg = await Postgres.start();
    await run(join(dataset, 'load.sh'), ['xs', pg.url]);
    server = await Server.start(['serve', '--schema', join(dataset, 'schema.graphql'),
      '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  for (const op of OPS) {
    it(op, async () => {
      const request = { query: await readFile(join(dataset, 'ops', `${op}.graphql`), 'utf8') };
      const variables = join(dataset, 'ops', `${op}.variables.json`);
      if (existsSync(variables)) request.variables = JSON.parse(await readFile(variables, 'utf8'));
      const { status, text } = await server.post(request);
      assert.equal(status, 200, text);
      const answer = join(dir, `${op}.json`);
      await writeFile(answer, text);
      await run(join(dataset, 'parity.sh'), [op, answer, pg.url]);
    });
  }

  it('a relation is one statement, whatever the number of rows', async () => {
    const statements = await pg.executed(() =>
      server.data('{ postRows(limit: 10) { id comments { id author { id } } } }'));
    assert.equal(statements.length, 1, statements.join('\n'));
  });
});

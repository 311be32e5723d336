// Every query of the examples, over HTTP against the real server: the answer's bytes are the file's.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Server, project, root } from './lib/server.mjs';

async function names(example) {
  const files = await readdir(join(root, example, 'queries'));
  return files.filter((f) => f.endsWith('.graphql')).sort().map((f) => f.slice(0, -8));
}

async function request(folder, name) {
  const query = await readFile(join(folder, `${name}.graphql`), 'utf8');
  const variables = join(folder, `${name}.variables.json`);
  if (!existsSync(variables)) return { query };
  return { query, variables: JSON.parse(await readFile(variables, 'utf8')) };
}

for (const example of ['examples/blog', 'examples/music-store', 'examples/shop']) {
  describe(example, async () => {
    let place;
    let server;
    before(async () => {
      place = await project(example);
      server = await Server.start(['dev', '--dir', place.dir]);
    });
    after(async () => {
      const end = await server?.stop();
      await place.remove();
      assert.deepEqual(end, { code: 0, signal: null });
    });
    const folder = join(root, example, 'queries');
    for (const name of await names(example)) {
      it(name, async () => {
        const want = (await readFile(join(folder, `${name}.json`), 'utf8')).trimEnd();
        const { text } = await server.post(await request(folder, name));
        assert.equal(text, want);
      });
    }
  });
}

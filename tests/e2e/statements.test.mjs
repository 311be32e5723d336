// One statement per root field, whatever is nested in it and however many rows it has: PostgreSQL's own log counts.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'graphql';
import { fraiseql } from './lib/command.mjs';
import { Postgres, isSettings } from './lib/postgres.mjs';
import { Server, root } from './lib/server.mjs';

/** The fields of the operation's root by response key, without those that need no rows. */
function rootFields(text, variables = {}) {
  const document = parse(text);
  const fragments = Object.fromEntries(document.definitions.filter((d) => d.kind === 'FragmentDefinition')
    .map((d) => [d.name.value, d]));
  const operation = document.definitions.find((d) => d.kind === 'OperationDefinition');
  const values = Object.fromEntries((operation.variableDefinitions ?? [])
    .map((d) => [d.variable.name.value, variables[d.variable.name.value] ?? d.defaultValue?.value]));
  const keys = new Set();
  const asked = ({ directives = [] }) => directives.every((d) => {
    const { value } = d.arguments[0];
    const on = value.kind === 'Variable' ? values[value.name.value] : value.value;
    return d.name.value === 'skip' ? !on : on;
  });
  const collect = (set) => set.selections.filter(asked).forEach((s) => {
    if (s.kind === 'Field' && !s.name.value.startsWith('__')) keys.add((s.alias ?? s.name).value);
    if (s.kind === 'InlineFragment') collect(s.selectionSet);
    if (s.kind === 'FragmentSpread') collect(fragments[s.name.value].selectionSet);
  });
  collect(operation.selectionSet);
  return keys.size;
}

for (const example of ['blog', 'music-store']) {
  describe(example, async () => {
    const dir = join(root, 'examples', example);
    let pg;
    let server;
    before(async () => {
      pg = await Postgres.start({ log_statement: 'all' });
      await fraiseql(['db', 'install', '--database', pg.url]);
      for (const folder of ['schema', 'seeds']) {
        const files = (await readdir(join(dir, 'db', folder))).sort();
        for (const file of files) await pg.file(join(dir, 'db', folder, file));
      }
      // What the server does by itself now and then is no statement of a request.
      server = await Server.start(['serve', '--dir', dir, '--database', pg.url, '--sagas-poll', '0',
        '--change-log-keep', '0']);
    });
    after(async () => {
      await server?.stop();
      await pg?.stop();
    });

    let marks = 0;
    /** What PostgreSQL logs while `work` runs. */
    async function logged(work) {
      marks += 1;
      await pg.sql(`select 'mark ${marks} begins'`);
      await work();
      await pg.sql(`select 'mark ${marks} ends'`);
      const window = new RegExp(`mark ${marks} begins'\\n([^]*?)[^\\n]*mark ${marks} ends`);
      for (let i = 0; i < 200 && !window.test(pg.log); i += 1) {
        await new Promise((next) => { setTimeout(next, 10); });
      }
      return pg.log.match(window)[1].split('\n').filter((line) => /LOG: {2}(execute|statement)/.test(line))
        .filter((line) => !/: (begin|commit|BEGIN|COMMIT|start transaction|set |SET )/.test(line))
        .filter((line) => !isSettings(line.replace(/^.*?LOG: {2}execute [^:]*: /, '')));
    }

    const names = (await readdir(join(dir, 'queries'))).filter((f) => /^[0-2]\d.*\.graphql$/.test(f))
      .filter((f) => !f.includes('-error-')).sort();
    for (const file of names) {
      it(file, async () => {
        const query = await readFile(join(dir, 'queries', file), 'utf8');
        const path = join(dir, 'queries', file.replace('.graphql', '.variables.json'));
        const variables = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : undefined;
        const statements = await logged(async () => {
          assert.equal((await server.post({ query, variables })).status, 200);
        });
        assert.equal(statements.length, rootFields(query, variables), statements.join('\n'));
      });
    }
  });
}

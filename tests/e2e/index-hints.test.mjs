// `fraiseql check --indexes` names what has no index; the statements that it prints make it silent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { inherited, program } from './lib/server.mjs';

const run = promisify(execFile);

const DATA = `
create extension ltree;
create table tb_item (id int primary key, "na""me" text, price numeric, tags text[], span int4range, net cidr,
  path ltree,
  doc jsonb, flag bool, seen timestamptz, "Odd" int, data jsonb not null);
create index on tb_item (price);
create index on tb_item ((data->>'title'));
create table tb_note (id int primary key, item_id int, text text);
create view v_note as select * from tb_note;
`;
const SDL = `
type Item @source(relation: "tb_item") {
  id: Int!
  name: String @column(name: "na\\"me")
  price: Decimal
  tags: [String!]
  span: IntRange
  net: CIDR
  path: LTree
  doc: JSON
  flag: Boolean
  seen: DateTime
  odd: Int @column(name: "Odd")
  title: String
  count: Int
  weird: UUID @column(name: "it's")
  labels: [String!]
  extra: JSON
  zone: CIDR
  when: DateTime
  below: Float @column(path: "a.b")
  notes: [Note!]! @relation(fields: ["id"], references: ["item_id"])
}
type Note @source(relation: "tb_note") { id: Int! text: String }
type Seen @source(relation: "v_note") { id: Int! text: String }
type Query { items: [Item!]! seen: [Seen!]! }
`;

describe('hints about indexes', () => {
  let pg;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-hints-'));
    pg = await Postgres.start();
    await pg.sql(DATA);
    await writeFile(join(dir, 'schema.graphql'), SDL);
  });
  after(async () => {
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function hints(...options) {
    const { stdout } = await run(
      program,
      ['check', '--json', ...options, '--schema', join(dir, 'schema.graphql'), '--database', pg.url],
      { env: inherited },
    );
    return JSON.parse(stdout).problems.filter((p) => p.severity === 'hint');
  }

  it('only when asked', async () => {
    assert.deepEqual(await hints(), []);
  });

  it('each with its place and the statement that helps', async () => {
    const found = await hints('--indexes');
    const fields = found.map((h) => h.message.split(':')[0]);
    assert.deepEqual(
      fields,
      [
        'name',
        'tags',
        'span',
        'net',
        'path',
        'doc',
        'seen',
        'odd',
        'count',
        'weird',
        'labels',
        'extra',
        'zone',
        'when',
        'below',
        'notes',
      ]
        .map((f) => `Item.${f}`)
        .concat('Note.text'),
    );
    for (const h of found)
      assert.ok(h.file.endsWith('schema.graphql') && h.line > 1 && h.column > 1, JSON.stringify(h));
    const left = found.filter((h) => !h.hint.startsWith('create index on '));
    assert.deepEqual(
      left.map((h) => h.message),
      ['Item.when: no index can serve filters by it.'],
    );
    for (const h of found) if (!left.includes(h)) await pg.sql(h.hint);
    assert.deepEqual(await hints('--indexes'), left);
  });
});

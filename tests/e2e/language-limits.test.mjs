// What bounds a document: tokens, nesting, bytes, memory. Hostile documents of 10 MB, without a limit on tokens, are
// answered like any other, and the server goes on.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = 'create table item (id int primary key, parent_id int references item)';
const SDL = `
type Item @source(relation: "item") {
  id: Int!
  parent: Item @relation(fields: ["parent_id"], references: ["id"])
  children: [Item!]! @relation(fields: ["id"], references: ["parent_id"])
}
type Query { item(id: Int!): Item items(where: ItemWhereInput): [Item!]! }`;

describe('limits of documents', () => {
  let f;
  before(async () => {
    const args = ['--limits-tokens', '20', '--limits-depth', '5', '--limits-body', '2KB'];
    f = await Fixture.start({ sql: SQL, sdl: SDL, install: false, args });
  });
  after(() => f?.stop());
  const codes = async (query) => (await f.server.post({ query })).body.errors?.map((e) => e.extensions.code);

  it('tokens: one more is refused, where it stands', async () => {
    const fields = (n) => `{ items { ${'id '.repeat(n)}} }`;
    assert.equal(await codes(fields(15)), undefined); // 15 and { items { } }
    const { body } = await f.server.post({ query: fields(16) });
    assert.deepEqual(body.errors[0].locations, [{ line: 1, column: fields(16).length }]);
    assert.equal(body.errors[0].extensions.code, 'PAYLOAD_TOO_LARGE');
    assert.equal(body.data, undefined);
  });
  it('comments and commas are no tokens', async () => {
    assert.equal(await codes(`#${'x'.repeat(200)}\n{ items { id${','.repeat(200)} } }`), undefined);
  });
  it('nesting: one more is refused', async () => {
    const nested = (n) => `${'{ items '}${'{ parent '.repeat(n)}{ id }${'}'.repeat(n)} }`;
    assert.equal(await codes(nested(3)), undefined);
    assert.deepEqual(await codes(nested(4)), ['PAYLOAD_TOO_LARGE']);
  });
  it('nesting of values counts, too', async () => {
    assert.deepEqual(await codes(`{ item(id: ${'['.repeat(8)}1${']'.repeat(8)}) { id } }`), [
      'PAYLOAD_TOO_LARGE',
    ]);
  });
  it('bytes of the body', async () => {
    const { status } = await f.server.post({ query: `{ items { id } } #${'x'.repeat(2048)}` });
    assert.equal(status, 413);
  });
});

describe('limits of operations', () => {
  let f;
  before(async () => {
    const args = ['--limits-fields', '20'];
    f = await Fixture.start({ sql: SQL, sdl: SDL, install: false, args });
  });
  after(() => f?.stop());
  const errors = async (query) => (await f.server.post({ query })).body.errors?.map((e) => e.extensions.code);
  const fields = (n) => Array.from({ length: n }, (_, i) => `f${i}: id`).join(' ');

  it('fields: one more is refused', async () => {
    assert.equal(await errors(`{ items { ${fields(19)} } }`), undefined);
    assert.deepEqual(await errors(`{ items { ${fields(20)} } }`), ['COST_LIMIT_EXCEEDED']);
    assert.deepEqual(await errors(`{ items { ${'id '.repeat(20)} } }`), ['COST_LIMIT_EXCEEDED']);
  });
  it('fields of a fragment count wherever it is spread', async () => {
    const query = (n) => `{ items { p: parent { ...F } q: parent { ...F } } } fragment F on Item { ${fields(n)} }`;
    assert.equal(await errors(query(8)), undefined);
    assert.deepEqual(await errors(query(9)), ['COST_LIMIT_EXCEEDED']);
  });
  it('told once for an operation', async () => {
    const query = `{ a: items { ...F } b: items { ...F } c: items { ...F } } fragment F on Item { ${fields(21)} }`;
    assert.deepEqual(await errors(query), ['COST_LIMIT_EXCEEDED']);
  });
});

describe('limits of memory', () => {
  let f;
  before(async () => {
    const args = ['--limits-request-memory', '16MB', '--limits-body', '4MB'];
    f = await Fixture.start({ sql: SQL, sdl: SDL, install: false, args, settings: { log_statement: 'all' } });
  });
  after(() => f?.stop());

  it('a long list in many fields is not even sent', async () => {
    const field = (_, i) => `a${i}: items(where: { id: { in: $ids } }) { id }`;
    const query = (n) => `query ($ids: [Int!]) { ${Array.from({ length: n }, field).join(' ')} }`;
    const variables = { ids: Array.from({ length: 60000 }, (_, i) => i) };
    const { body } = await f.server.post({ query: query(100), variables });
    assert.deepEqual([body.data, body.errors.map((e) => e.extensions.code)], [null, ['PAYLOAD_TOO_LARGE']]);
    assert.doesNotMatch(f.pg.log, /execute .*"id" = any/);
    assert.deepEqual((await f.server.post({ query: query(2), variables })).body, { data: { a0: [], a1: [] } });
    assert.match(f.pg.log, /execute .*"id" = any/);
  });
});

describe('hostile documents', () => {
  let f;
  before(async () => {
    const args = ['--limits-tokens', '0', '--limits-body', '16MB', '--workers', '1'];
    f = await Fixture.start({ sql: SQL, sdl: SDL, install: false, args });
  });
  after(() => f?.stop());

  const MB = 1 << 20;
  const fill = (part, bytes) => {
    const parts = [];
    for (let i = 0, n = 0; n < bytes; i += 1) {
      parts.push(typeof part === 'string' ? part : part(i));
      n += parts[i].length;
    }
    return parts.join('');
  };
  const doubling = (type, field) =>
    Array.from({ length: 40 }, (_, i) => {
      const next = `${field}{...F${i + 1}}`;
      return `fragment F${i} on ${type}{a:${next}b:${next}}`;
    }).join('');
  for (const [name, query] of [
    ['10 MB of braces', fill('{', 10 * MB)],
    ['nested fields', fill('{items', 10 * MB)],
    ['a list in a list in a list', `{item(id:${fill('[', 10 * MB)}`],
    ['100,000 aliases', `{${Array.from({ length: 100000 }, (_, i) => `a${i}:__typename`).join(' ')}}`],
    ['one field, a million times', `{items{${fill('id ', 3 * MB)}}}`],
    ['conflicts', `{items{${fill((i) => `a:id b${i}:id a:parent{id}`, MB)}}}`],
    [
      'fragments that double',
      `{...F0}${fill((i) => `fragment F${i} on Query{...F${i + 1} ...F${i + 1}}`, MB)}`,
    ],
    [
      'fragments that double, with fields to merge',
      `{items{...F0}}${fill((i) => `fragment F${i} on Item{parent{...F${i + 1}}parent{id ...F${i + 1}}}`, MB)}`,
    ],
    [
      'fragments that double, under other names',
      `{items{...F0}}${doubling('Item', 'parent')}fragment F40 on Item{id}`,
    ],
    [
      'introspection that doubles',
      `{__schema{queryType{...F0}}}${doubling('__Type', 'ofType')}fragment F40 on __Type{name}`,
    ],
    ['all of introspection, again and again', `{${fill((i) => `a${i}:__schema{types{fields{name}}}`, MB / 8)}}`],
    ['a relation, again and again', `{items{${fill((i) => `a${i}:parent{id}`, MB / 32)}}}`],
    ['fragments in a circle', `{...F0}${fill((i) => `fragment F${i} on Query{...F${i + 1} ...F0}`, MB)}`],
    ['many operations', fill((i) => `query Q${i}{items{id}}`, MB)],
    ['many variables', `query(${fill((i) => `$v${i}:Int=${i}`, MB)}){items{id}}`],
    ['many directives', `{items{id ${fill('@include(if:true)', MB)}}}`],
    ['a long string', `{item(id:"${fill('\\u0041', 4 * MB)}"){id}}`],
    ['a block string of many lines', `{item(id:"""${fill('a\n ', 4 * MB)}"""){id}}`],
    ['introspection of introspection', `{__schema{${fill('types{fields{type{fields{name}}}}', MB)}}}`],
  ])
    it(name, async () => {
      const { status, body } = await f.server.post({ query });
      assert.ok([200, 400, 413].includes(status), `${status}`);
      assert.ok(body.errors?.length > 0 || body.data, 'an answer');
      assert.ok((body.errors?.length ?? 0) <= 101);
      assert.deepEqual((await f.server.post({ query: '{ items { id } }' })).body, { data: { items: [] } });
    });
});

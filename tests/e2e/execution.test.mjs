// What is asked comes back as graphql-js would answer it from the same data: order of fields, merging, aliases,
// fragments, @skip and @include, and nulls that climb to the nearest place that may be null, with their errors, paths
// and places. The data has holes of every kind; the documents are random, and a failure prints its seed and number.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { buildSchema, execute, getOperationAST, parse, validate } from 'graphql';
import { document } from './differential/document.mjs';
import { Random } from './differential/random.mjs';
import { variables } from './differential/variables.mjs';
import { Fixture } from './lib/fixture.mjs';

const PART = `
  id: Int!
  name: String!
  note: String
  partCount: Int
  sub: Part
  subStrict: Part!
  subs: [Part]
  subsStrict: [Part!]!
  numbers: [Int!]
  matrix: [[Int!]]
  matrixStrict: [[Int!]!]!
  flag: Boolean!`;

// Without FraiseQL's directives it is the oracle's schema.
const SDL = `
type Part {${PART}
}
type Box @source(relation: "box") {${PART}
  owner: Owner @relation(fields: ["owner_id"], references: ["id"])
  ownerStrict: Owner! @relation(fields: ["owner_id"], references: ["id"])
  items: [Item!]! @relation(fields: ["id"], references: ["box_id"])
  itemsWithHoles: [Item!] @relation(fields: ["id"], references: ["box_id"])
}
type Owner @source(relation: "owner") {
  id: Int!
  name: String!
  nick: String
  boxes: [Box!]! @relation(fields: ["id"], references: ["owner_id"])
}
type Item @source(relation: "item") {
  id: Int!
  title: String!
  size: Float
  box: Box! @relation(fields: ["box_id"], references: ["id"])
}
interface Thing @source(relation: "thing") {
  id: Int!
  label: String!
  owner: Owner @relation(fields: ["owner_id"], references: ["id"])
}
type Pen implements Thing @source(relation: "thing") {
  id: Int!
  label: String!
  owner: Owner @relation(fields: ["owner_id"], references: ["id"])
  ink: String!
}
type Cup implements Thing @source(relation: "thing") {
  id: Int!
  label: String!
  owner: Owner @relation(fields: ["owner_id"], references: ["id"])
  ink: Int
  volume: Float!
}
union Any = Pen | Cup
type Query {
  box(id: Int!): Box
  boxStrict(id: Int!): Box!
  boxes: [Box!]!
  owner(id: Int!): Owner
  owners: [Owner!]
  items: [Item!]!
  things: [Thing!]!
  anything: [Any!]
}
`;

const IDS = [-1, 0, 1, 2, 7];

/** A document with holes: the deeper, the more. */
function part(random, depth) {
  const hole = (value, p = 0.12) => (random.chance(p) ? null : value());
  const list = (make, p = 0.1) => random.times(0, 3, () => hole(make, p));
  const below = () => (depth < 3 ? part(random, depth + 1) : null);
  const out = {
    id: hole(() => random.int(0, 99), 0.05),
    name: hole(() => random.pick(['a', 'b "c"', 'Zoë\n😀', ''])),
    note: hole(() => 'note', 0.3),
    part_count: hole(() => random.int(-5, 5), 0.3),
    sub: hole(below, 0.3),
    sub_strict: below(),
    subs: hole(() => list(below), 0.2),
    subs_strict: hole(() => list(below, 0.05)),
    numbers: hole(() => list(() => random.int(0, 9)), 0.2),
    matrix: hole(() => list(() => list(() => random.int(0, 9))), 0.2),
    matrix_strict: hole(() => list(() => list(() => random.int(0, 9), 0.05), 0.05)),
    flag: hole(() => random.chance(0.5)),
  };
  // A key that is missing is null, too; its order does not matter.
  return Object.fromEntries(random.some(Object.entries(out), 0.97).reverse());
}

function makeData(random) {
  const owners = IDS.map((id) => ({ id, name: random.chance(0.7) ? `owner ${id}` : null, nick: null }));
  const boxes = IDS.map((id, i) => ({
    id,
    owner_id: i % 3 === 0 ? null : random.pick(IDS),
    data: part(random, 0),
  }));
  const items = random.times(8, 14, (i) => ({
    id: i,
    box_id: random.pick(IDS),
    title: random.chance(0.85) ? `item ${i}` : null,
    size: random.chance(0.5) ? random.int(1, 9) / 4 : null,
  }));
  const things = random.times(6, 10, (i) => {
    const type = random.pick(['Pen', 'Cup']);
    return {
      id: i,
      type,
      owner_id: random.chance(0.5) ? random.pick(IDS) : null,
      label: `thing ${i}`,
      ink: type === 'Pen' && random.chance(0.8) ? 'blue' : null,
      amount: type === 'Cup' ? i : null,
      volume: random.chance(0.8) ? i / 2 : null,
    };
  });
  return { owners, boxes, items, things };
}

const text = (value) => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);
const insert = (table, rows) =>
  rows
    .map((row) => {
      const values = Object.values(row).map((v) => text(v && typeof v === 'object' ? JSON.stringify(v) : v));
      return `insert into ${table} (${Object.keys(row).join(', ')}) values (${values.join(', ')});`;
    })
    .join('\n');

const sql = (data) => `
create table owner (id int primary key, name text, nick text);
create table box (id int primary key, owner_id int references owner, data jsonb not null);
create table item (id int primary key, box_id int references box, title text, size double precision);
create table thing (id int primary key, type text not null, owner_id int references owner, label text, ink text,
  amount int, volume double precision);
${insert('owner', data.owners)}
${insert('box', data.boxes)}
${insert('item', data.items)}
${insert('thing', data.things)}
`;

const snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const byId = (a, b) => a.id - b.id;

/** The data as objects that know their relations. */
function resolver({ owners, boxes, items, things }) {
  const find = (list, id) => list.find((row) => row.id === id) ?? null;
  const RELATIONS = {
    'Box.owner': (box) => find(owners, box.owner_id),
    'Box.ownerStrict': (box) => find(owners, box.owner_id),
    'Box.items': (box) => items.filter((i) => i.box_id === box.id),
    'Box.itemsWithHoles': (box) => items.filter((i) => i.box_id === box.id),
    'Owner.boxes': (owner) => boxes.filter((b) => b.owner_id === owner.id),
    'Item.box': (item) => find(boxes, item.box_id),
    'Pen.owner': (thing) => find(owners, thing.owner_id),
    'Cup.owner': (thing) => find(owners, thing.owner_id),
    'Cup.ink': (thing) => thing.amount,
    'Query.box': (_, { id }) => find(boxes, id),
    'Query.boxStrict': (_, { id }) => find(boxes, id),
    'Query.owner': (_, { id }) => find(owners, id),
    'Query.boxes': () => boxes,
    'Query.owners': () => owners,
    'Query.items': () => items,
    'Query.things': () => things,
    'Query.anything': () => things,
  };
  return (object, args, _context, info) => {
    const relation = RELATIONS[`${info.parentType.name}.${info.fieldName}`];
    if (relation) {
      const found = relation(object, args);
      return Array.isArray(found) ? [...found].sort(byId) : found;
    }
    const key = snake(info.fieldName);
    return (key in object ? object[key] : object.data?.[key]) ?? null;
  };
}

const oracle = buildSchema(SDL.replace(/ @\w+\([^)]*\)/g, ''));
const served = SDL.replace('  ink: Int\n', '  ink: Int @column(name: "amount")\n');

function expected(data, query, variableValues, operationName) {
  const { data: answer, errors = [] } = execute({
    schema: oracle,
    document: parse(query),
    variableValues,
    operationName,
    rootValue: {},
    fieldResolver: resolver(data),
    typeResolver: (object) => object.type,
  });
  return { data: answer, errors: errors.map(({ message, locations, path }) => ({ message, locations, path })) };
}

const shown = (answer) =>
  JSON.stringify({
    data: answer.data,
    errors: (answer.errors ?? []).map(({ message, locations, path }) => ({ message, locations, path })),
  });

function makeRequest(seed, index) {
  const random = Random.of(seed, index);
  const query = document(random, oracle, { introspection: false, kinds: ['query'] });
  const parsed = parse(query);
  const name = parsed.definitions.find((d) => d.kind === 'OperationDefinition').name?.value;
  const operation = getOperationAST(parsed, name);
  const given = variables(random, oracle, operation, { mayBeWrong: false });
  // null for a condition, which a default lets through, has a test of its own.
  for (const { type, variable } of operation.variableDefinitions)
    if (type.name?.value === 'Boolean' && given[variable.name.value] === null)
      delete given[variable.name.value];
  assert.deepEqual(validate(oracle, parsed), [], query);
  return { query, variables: given, operationName: name };
}

describe('execution', () => {
  const dataSeed = randomInt(2 ** 32);
  const data = makeData(Random.of(dataSeed, 0));
  let f;
  before(async () => {
    // With the draft's statuses, which tell data with errors from data without.
    const env = { FRAISEQL_HTTP_STATUSES: 'draft' };
    f = await Fixture.start({ sql: sql(data), sdl: served, install: false, env });
  });
  after(() => f?.stop());

  async function same(request, note) {
    const want = expected(data, request.query, request.variables, request.operationName);
    const { text: got, status } = await f.server.post(request);
    const ours = JSON.parse(got);
    // graphql-js stops when the data are null; the errors of the root fields behind that one are told, too.
    if (want.data === null) ours.errors = ours.errors.slice(0, want.errors.length);
    assert.equal(shown(ours), JSON.stringify(want), `${note}\n${JSON.stringify(request)}`);
    assert.equal(status, want.errors.length ? 294 : 200);
    return want;
  }

  for (const seed of [20250901, randomInt(2 ** 32)])
    it(`random documents of seed ${seed} on data of seed ${dataSeed}`, async () => {
      const counts = { errors: 0, nothing: 0, whole: 0 };
      for (let i = 0; i < 150; i += 1) {
        const want = await same(makeRequest(seed, i), `seed ${seed}, document ${i}, data ${dataSeed}`);
        counts.errors += want.errors.length > 0;
        counts.nothing += want.data === null;
        counts.whole += want.errors.length === 0;
      }
      assert.ok(counts.errors > 10 && counts.whole > 10, JSON.stringify(counts));
    });

  for (const [name, query, given] of [
    ['order is that of the document', '{ owners { nick id name } boxes { id __typename part: partCount } }'],
    [
      'a repeated field stands where it was first',
      '{ boxes { id note id items { id } note items { title id } } }',
    ],
    [
      'fragments merge into what was asked before',
      '{ boxes { items { id } ...B } } fragment B on Box { note items { title } id }',
    ],
    ['aliases of one field', '{ a: box(id: 1) { x: id y: id } b: box(id: 1) { id } c: box(id: 2) { id } }'],
    ['null in a list of nullable objects', '{ boxes { id subs { name } } }'],
    ['null in a list that may not have any', '{ boxes { subsStrict { id } } }'],
    ['null climbs through lists of lists', '{ boxes { matrix matrixStrict } }'],
    ['null climbs to the data', '{ boxStrict(id: 99) { id } owners { id } }'],
    ['null of one root field leaves the others', '{ a: box(id: 99) { id } owners { id } }'],
    [
      'skipped fields are not asked for',
      'query($y: Boolean!, $n: Boolean!) { boxes { id @skip(if: $y) ownerStrict @include(if: $n) { name } note } }',
      { y: true, n: false },
    ],
    [
      'skipped in one place, asked for in another',
      'query($y: Boolean!) { boxes { id note @skip(if: $y) ... @include(if: $y) { note } ...N @skip(if: $y) } } ' +
        'fragment N on Box { flag }',
      { y: true },
    ],
    ['everything is skipped', '{ boxes @skip(if: true) { id } }'],
    ['nothing is left of an object', '{ owners { id @include(if: false) } }'],
    [
      '@skip and @include together',
      '{ owners { id @skip(if: false) @include(if: true) name @skip(if: true) @include(if: true) nick } }',
    ],
    ['types of an interface', '{ things { __typename id ... on Pen { ink } ... on Cup { volume c: ink } } }'],
    [
      'fragments on interface and union',
      '{ anything { ... on Thing { label } ...P } } fragment P on Pen { ink id }',
    ],
    [
      'null for an argument that must have a value',
      'query($v: Int = 1) { owners { id } a: box(id: $v) { id } b: box(id: 2) { id } }',
      { v: null },
    ],
    ['the default of a variable', 'query($v: Int = 1) { a: box(id: $v) { id } }'],
    [
      'null for an argument of a field that may not be null',
      'query($v: Int = 1) { a: boxStrict(id: $v) { id } }',
      { v: null },
    ],
    ['nested repeated fields', '{ owners { boxes { owner { id } } boxes { owner { name } id } } }'],
  ])
    it(name, () => same({ query, variables: given }, name));

  // graphql-js nulls each object whose condition it can't tell; we refuse the request.
  it('null for a condition is an error', async () => {
    const query =
      'query($v: Boolean = true) { owners { id nick @include(if: $v) ...N } things { ...T @skip(if: $v) } }' +
      'fragment N on Owner { boxes { id @skip(if: $v) } } fragment T on Thing { id }';
    const { body } = await f.server.post({ query, variables: { v: null } });
    assert.equal(body.data, undefined);
    assert.deepEqual(
      body.errors.map((e) => e.message),
      Array(3).fill('Argument "if" of non-null type "Boolean!" must not be null.'),
    );
    assert.deepEqual(
      (await f.server.post({ query })).body.errors?.filter((e) => /Argument/.test(e.message)) ?? [],
      [],
    );
  });
});

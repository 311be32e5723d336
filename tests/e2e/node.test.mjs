// Global ids: interface Node, node(id:) and nodes(ids:).

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const SQL = `
  create table tb_user (pk_user int generated always as identity primary key, id uuid not null unique, name text);
  insert into tb_user (id, name) select md5('u' || i)::uuid, 'user ' || i from generate_series(1, 5) i;
  create table seat (room text, number int, fk_user int references tb_user, primary key (room, number));
  insert into seat select r, n, 1 + n % 5 from unnest(array['blue', 'r "q" é', 'a,b']) r, generate_series(1, 3) n;
  create table tag (id text primary key);
  insert into tag values ('x'), (''), ('null');
  create table plain (id int primary key);
  insert into plain values (1);
`;
const SDL = `
  interface Node { id: ID! }
  type User implements Node @source(relation: "tb_user") {
    id: ID! userId: UUID! @column(name: "id") name: String!
    seats: [Seat!]! @relation(fields: ["pk_user"], references: ["fk_user"])
  }
  type Seat implements Node @source(relation: "seat") {
    id: ID! room: String! number: Int!
    user: User @relation(fields: ["fk_user"], references: ["pk_user"])
  }
  type Tag implements Node @source(relation: "tag") { id: ID! name: String! @column(name: "id") }
  type Plain @source(relation: "plain") { id: ID! }
  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    user(id: ID!): User
    users: [User!]!
    seats: [Seat!]!
    tags: [Tag!]!
    plains: [Plain!]!
    plain(id: ID!): Plain
    seatsConnection: SeatConnection!
  }
`;

describe('global ids', () => {
  let pg;
  let server;
  let dir;
  let all;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-node-'));
    pg = await Postgres.start();
    await pg.sql(SQL);
    await writeFile(join(dir, 'schema.graphql'), SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
    all = await server.data(`{ users { __typename id userId name } seats { __typename id room number }
      tags { __typename id name } }`);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
    ... on User { userId name } ... on Seat { room number } ... on Tag { name } } }`;

  it('every row has its own, and is found by it', async () => {
    const things = Object.values(all).flat();
    assert.equal(things.length, 5 + 9 + 3);
    assert.equal(new Set(things.map((t) => t.id)).size, things.length);
    for (const thing of things) {
      const { node } = await server.data(NODES.replace('($ids: [ID!]!)', '($id: ID!)')
        .replace('nodes(ids: $ids)', 'node(id: $id)'), { id: thing.id });
      assert.deepEqual(node, thing);
    }
    const { nodes } = await server.data(NODES, { ids: things.map((t) => t.id) });
    assert.deepEqual(nodes, things);
  });

  it('keeps the order and the repetitions of the ids', async () => {
    const [u] = all.users;
    const [s, t] = all.seats;
    const ids = [t, u, s, t, u].map((x) => x.id);
    const { nodes } = await server.data(NODES, { ids });
    assert.deepEqual(nodes, [t, u, s, t, u]);
    // The same document with ids of other types, and as literals.
    assert.deepEqual((await server.data(NODES, { ids: [s.id] })).nodes, [s]);
    assert.deepEqual((await server.data(NODES, { ids: [u.id, all.tags[0].id] })).nodes, [u, all.tags[0]]);
    const literals = await server.data(`query ($a: ID!) { nodes(ids: ["${s.id}", $a]) { id } }`, { a: u.id });
    assert.deepEqual(literals.nodes.map((n) => n.id), [s.id, u.id]);
  });

  it('gives null for what names nothing', async () => {
    const id = (...parts) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const wrong = ['', 'x', '!', all.users[0].userId, id('User'), id('User', 'no uuid'),
      id('User', '00000000-0000-0000-0000-000000000000'), id('Plain', '1'), id('Query', '1'), id('Node', '1'),
      id('Nobody', '1'), id('Seat', 'blue'), id('Seat', 'blue', '1', '2'), id('Seat', 'blue', '99999999999'),
      id('Seat', 'blue', "1'--"), id('Tag', 'a\u0000b'), id('Tag', "x' or true --"), id('__Type', '1'),
      `${all.users[0].id}=`, all.users[0].id.slice(0, -2)];
    for (const w of wrong) {
      assert.deepEqual(await server.data('query ($id: ID!) { node(id: $id) { id } }', { id: w }), { node: null }, w);
    }
    const { nodes } = await server.data(NODES, { ids: [...wrong, all.tags[1].id] });
    assert.deepEqual(nodes, [...wrong.map(() => null), all.tags[1]]);
    assert.deepEqual(await server.data('query ($id: ID!) { user(id: $id) { id } }', { id: all.seats[0].id }),
      { user: null });
  });

  it('works as an argument of the type and below relations', async () => {
    const u = all.users.find((x) => x.name === 'user 2');
    const { user } = await server.data(`query ($id: ID!) { user(id: $id) { id name seats { id user { id } } } }`,
      { id: u.id });
    assert.equal(user.name, u.name);
    assert.ok(user.seats.length > 0);
    assert.ok(user.seats.every((s) => s.user.id === u.id));
    const { seatsConnection } = await server.data('{ seatsConnection { nodes { id } } }');
    assert.deepEqual(seatsConnection.nodes.map((n) => n.id), all.seats.map((s) => s.id));
  });

  it('an id of a type that is no Node stays what it is', async () => {
    const data = await server.data('{ plains { id } plain(id: "1") { id } }');
    assert.deepEqual(data, { plains: [{ id: '1' }], plain: { id: '1' } });
  });

  it('says how many ids are too many', async () => {
    const { body } = await server.post({ query: NODES, variables: { ids: Array(1001).fill(all.tags[0].id) } });
    assert.match(body.errors[0].message, /At most 1000 ids/);
    assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
  });
});

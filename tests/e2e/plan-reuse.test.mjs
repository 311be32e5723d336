// One document sent with different variables: what a plan keeps of the request that it was made for must hold for all.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table seat (room text, number int, primary key (room, number));
insert into seat values ('blue', 1), ('blue', 2);
`;

const SDL = `
interface Node { id: ID! }
type Seat implements Node @source(relation: "seat") { id: ID! room: String! number: Int! }
type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
}
`;

describe('a plan serves every request of its document', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));

  const id = (...parts) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  /** The data of the document with each of the variables, in turn. */
  async function each(query, ...variables) {
    const all = [];
    for (const v of variables) {
      const { data, errors } = (await f.server.post({ query, variables: v })).body;
      assert.equal(errors, undefined, JSON.stringify(errors));
      all.push(data);
    }
    return all;
  }

  it('whose first global id had too many or too few keys', async () => {
    const one = 'query ($id: ID!) { node(id: $id) { ... on Seat { number } } }';
    assert.deepEqual(await each(one, { id: id('Seat', 'blue') }, { id: id('Seat', 'blue', '2', '3') },
      { id: id('Seat', 'blue', '2') }), [{ node: null }, { node: null }, { node: { number: 2 } }]);
    const many = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Seat { number } } }';
    assert.deepEqual(await each(many, { ids: [id('Seat', 'blue')] }, { ids: [id('Seat', 'blue', '2')] },
      { ids: [id('Seat', 'blue'), id('Seat', 'blue', '1')] }),
    [{ nodes: [null] }, { nodes: [{ number: 2 }] }, { nodes: [null, { number: 1 }] }]);
    const written = `query ($a: ID!) { nodes(ids: ["${id('Seat', 'blue')}", $a]) { ... on Seat { number } } }`;
    assert.deepEqual(await each(written, { a: id('Seat', 'blue') }, { a: id('Seat', 'blue', '1') }),
      [{ nodes: [null, null] }, { nodes: [null, { number: 1 }] }]);
  });
});

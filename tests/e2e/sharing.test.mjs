// Reads that wait together share a statement: everybody gets what he would have got alone, what differs from read to
// read is never shared, and PostgreSQL's log tells how often it was asked.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table item (id int primary key, code text unique not null, label text not null, day date, price numeric);
insert into item select i, 'c' || i, 'item ' || i, date '2025-01-01' + i, trim_scale(i / 8.0)
  from generate_series(1, 1000) i;
insert into item values (1001, 'O''Brien "x" \\ {a,b} NULL', 'odd'), (1002, '', 'empty'), (1003, 'NULL', 'word');
create view v_ticket as select 1 as id, gen_random_uuid() as ticket;
create view v_above as select id, ticket from v_ticket;
create view v_lock as select 1 as id, count(*)::int as held from pg_locks;
create function tick() returns float language sql volatile as 'select random()';
create view v_drawn as select 1 as id, tick() as drawn;
create function stamp() returns float language sql stable as 'select 1.0::float';
create view v_stable as select 1 as id, stamp() as drawn;
create function blur(total float, value float) returns float language sql volatile as 'select random()';
create aggregate blurred(float) (sfunc = blur, stype = float, initcond = '0');
create view v_blurred as select 1 as id, blurred(1.0) as drawn;
create view v_window as select 1 as id, blurred(1.0) over () as drawn;
create table many_rows as select i as id from generate_series(1, 20000) i;
create view v_sample as select 1 as id, sum(id)::float as drawn from many_rows tablesample bernoulli (50);
create materialized view m_drawn as select 1 as id, random() as drawn;
create view v_ratio as select id, 100 / (id - 7) as ratio from item;
create table guarded (id int primary key, word text not null);
insert into guarded values (1, 'a'), (2, 'b');
create role reader login;
grant usage on schema public to reader;
grant select on all tables in schema public to reader;
alter table guarded enable row level security;
create policy p on guarded using (random() >= 0);
create table behind (id int primary key, word text not null);
insert into behind values (1, 'a');
grant select on behind to reader;
alter table behind enable row level security;
create policy p on behind using (exists (select from v_drawn where drawn >= 0));
`;

const SDL = `
interface Node { id: ID! }
type Item implements Node @source(relation: "item") { id: ID! code: String! label: String! day: Date price: Decimal }
type Ticket @source(relation: "v_ticket") { id: Int! ticket: UUID! }
type Above @source(relation: "v_above") { id: Int! ticket: UUID! }
type Lock @source(relation: "v_lock") { id: Int! held: Int! }
type Drawn @source(relation: "v_drawn") { id: Int! drawn: Float! }
type Blurred @source(relation: "v_blurred") { id: Int! drawn: Float! }
type Window @source(relation: "v_window") { id: Int! drawn: Float! }
type Kept @source(relation: "m_drawn") { id: Int! drawn: Float! }
type Sample @source(relation: "v_sample") { id: Int! drawn: Float! }
type Behind @source(relation: "behind") { id: Int! word: String! }
type Stable @source(relation: "v_stable") { id: Int! drawn: Float! }
type Guarded @source(relation: "guarded") { id: Int! word: String! }
type Ratio @source(relation: "v_ratio") { id: Int! ratio: Int! }
type Query {
  item(code: String!): Item
  byDay(day: Date!): Item
  byPrice(price: Decimal!, label: String): Item
  items: [Item!]!
  node(id: ID!): Node
  ticket(id: Int!): Ticket
  tickets: [Ticket!]!
  above: [Above!]!
  lock: [Lock!]!
  drawn: [Drawn!]!
  stable: [Stable!]!
  blurred: [Blurred!]!
  window: [Window!]!
  sample: [Sample!]!
  kept: [Kept!]!
  behind(id: Int!): Behind
  guarded(id: Int!): Guarded
  ratio(id: Int!): Ratio
}
`;

const ITEM = 'query Item($code: String!) { item(code: $code) { code label price } }';
const DAY = 'query Day($day: Date!) { byDay(day: $day) { id code } }';
const PRICE = 'query Price($price: Decimal!, $label: String) { byPrice(price: $price, label: $label) { code } }';
const NODE = 'query Node($id: ID!) { node(id: $id) { ... on Item { code } } }';
const RATIO = 'query Ratio($id: Int!) { ratio(id: $id) { ratio } }';
const ALL = '{ items { code } }';

/** What the row with this number has. */
const row = (i) => ({ code: `c${i}`, label: `item ${i}`, price: String(i / 8) });
const day = (i) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10);

describe('reads that wait together', () => {
  let f;
  before(async () => {
    f = await Fixture.start({ sql: SQL, sdl: SDL, user: 'reader', settings: { log_statement: 'all' },
      args: ['--workers', '1', '--pool-fast', '1', '--pool-queue', '5000'] });
  });
  after(async () => { await f?.stop(); });

  const ask = async (query, variables) => (await f.server.post({ query, variables })).body;

  /** Sends all `[query, variables]` at once; gives the answers, and what PostgreSQL ran on `relation`. */
  async function storm(requests, relation) {
    const kinds = new Map(requests.map(([query, variables]) => [query, variables]));
    for (const [query, variables] of kinds) for (let i = 0; i < 3; i += 1) await ask(query, variables);
    const begin = f.pg.log.length;
    const answers = await Promise.all(requests.map(([query, variables]) => ask(query, variables)));
    const mark = `mark ${begin}`;
    await f.pg.sql(`select '${mark}'`);
    for (let i = 0; i < 300 && !f.pg.log.slice(begin).includes(mark); i += 1) {
      await new Promise((next) => { setTimeout(next, 10); });
    }
    const ran = f.pg.log.slice(begin).split('\n')
      .filter((line) => /LOG: {2}execute/.test(line) && line.includes(`from public.${relation} `));
    return { answers, ran };
  }

  it('answers each lookup by its own row, in fewer statements', async () => {
    const requests = [];
    const wanted = [];
    const add = (query, variables, data) => { requests.push([query, variables]); wanted.push({ data }); };
    const odd = ['O\'Brien "x" \\ {a,b} NULL', '', 'NULL', 'nobody', '{}', 'c1000'];
    const labels = { [odd[0]]: 'odd', '': 'empty', NULL: 'word' };
    const { id } = (await ask('{ item(code: "c5") { id } }')).data.item;
    for (let i = 1; i <= 300; i += 1) {
      const n = ((i * 617) % 1000) + 1;
      add(ITEM, { code: `c${n}` }, { item: row(n) });
      add(DAY, { day: day(n) }, { byDay: { ...row(n), id: undefined } });
      add(PRICE, { price: String(n / 8) }, { byPrice: { code: `c${n}` } });
      add(PRICE, { price: String(n / 8), label: i % 2 ? `item ${n}` : 'other' },
        { byPrice: i % 2 ? { code: `c${n}` } : null });
      const code = odd[i % odd.length];
      const found = labels[code] ? { code, label: labels[code], price: null } : code === 'c1000' ? row(1000) : null;
      add(ITEM, { code }, { item: found });
      add(NODE, { id }, { node: { code: 'c5' } });
    }
    const { answers, ran } = await storm(requests, 'item');
    answers.forEach(({ data, errors }, i) => {
      assert.equal(errors, undefined, JSON.stringify(errors));
      if (data.byDay) {
        assert.equal(data.byDay.code, wanted[i].data.byDay.code);
      } else {
        assert.deepEqual(data, wanted[i].data, JSON.stringify(requests[i]));
      }
    });
    assert.ok(ran.length < requests.length / 2, `${ran.length} statements for ${requests.length} requests`);
    assert.ok(ran.some((line) => line.includes('unnest($1::text[]) with ordinality many')), 'for many');
    assert.ok(ran.some((line) => line.includes('unnest($1::numeric[], $2::text[]) with ordinality')), 'two keys');
  });

  it('asks once what many want', async () => {
    const { answers, ran } = await storm(Array.from({ length: 500 }, () => [ALL]), 'item');
    for (const { data } of answers) assert.equal(data.items.length, 100);
    assert.ok(ran.length < 250, `${ran.length} statements`);
    const stable = await storm(Array.from({ length: 500 }, () => ['{ stable { drawn } }']), 'v_stable');
    assert.ok(stable.ran.length < 250, `${stable.ran.length} statements`);
  });

  it('shares nothing that differs from read to read', async () => {
    for (const [query, relation, value] of [
      ['{ ticket(id: 1) { ticket } }', 'v_ticket', (d) => d.ticket.ticket],
      ['{ tickets { ticket } }', 'v_ticket', (d) => d.tickets[0].ticket],
      ['{ above { ticket } }', 'v_above', (d) => d.above[0].ticket],
      ['{ drawn { drawn } }', 'v_drawn', (d) => d.drawn[0].drawn],
    ]) {
      const { answers, ran } = await storm(Array.from({ length: 200 }, () => [query]), relation);
      assert.equal(new Set(answers.map(({ data }) => value(data))).size, 200, query);
      assert.equal(ran.length, 200, query);
    }
    for (const [query, relation] of [
      ['{ lock { held } }', 'v_lock'],
      ['{ guarded(id: 1) { word } }', 'guarded'],
      ['{ behind(id: 1) { word } }', 'behind'],
      ['{ blurred { drawn } }', 'v_blurred'],
      ['{ window { drawn } }', 'v_window'],
      ['{ sample { drawn } }', 'v_sample'],
    ]) {
      const { ran } = await storm(Array.from({ length: 200 }, () => [query]), relation);
      assert.equal(ran.length, 200, query);
    }
  });

  it('shares what is stored, however it was made', async () => {
    const { ran } = await storm(Array.from({ length: 500 }, () => ['{ kept { drawn } }']), 'm_drawn');
    assert.ok(ran.length < 250, `${ran.length} statements`);
  });

  it('fails only whose row fails', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => i % 20);
    const { answers } = await storm(ids.map((id) => [RATIO, { id: id || 1 }]), 'v_ratio');
    answers.forEach(({ data, errors }, i) => {
      const id = ids[i] || 1;
      assert.deepEqual(data, { ratio: id === 7 ? null : { ratio: Math.trunc(100 / (id - 7)) } });
      assert.equal(errors?.length ?? 0, id === 7 ? 1 : 0);
    });
  });

  it('asks each by itself when it is told to, or plans by the values', async () => {
    const requests = Array.from({ length: 300 }, (_, i) => [ITEM, { code: `c${(i % 5) + 1}` }]);
    const before = f.args;
    for (const [more, all] of [[['--no-pool-share'], true], [['--pool-plan-cache-mode', 'auto'], false]]) {
      await f.server.stop();
      f.args = [...before, ...more];
      await f.serve();
      const { answers, ran } = await storm(requests, 'item');
      answers.forEach(({ data }, i) => assert.deepEqual(data, { item: row((i % 5) + 1) }));
      assert.equal(ran.filter((line) => line.includes('unnest')).length, 0);
      assert.equal(ran.length === requests.length, all, `${ran.length} statements`);
    }
  });
});

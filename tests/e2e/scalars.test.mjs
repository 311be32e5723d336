// Scalars in and out: what is read can be sent back and finds its row again, as literal and as variable, on
// columns, keys, items of lists and attributes of composites; what is no value of a scalar is refused.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { databaseSql, FIELDS, schemaSdl, snake } from './lib/filter_data.mjs';
import { literalOf } from './lib/literal.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const MORE_SQL = `
create type address as (street text, zip int, at timestamptz, tags text[], mood mood);
create table person (id int primary key, home address, homes address[], grid int4[], wall_clock timetz,
  far date, big_day timestamptz);
insert into person values
  (1, row('Main "St"', 12345, '2024-01-01T00:00:00Z', '{a,b}', 'ok'),
    array[row('A', 1, null, null, 'sad'), row('B', null, '2024-06-01T00:00:00Z', '{x}', null)]::address[],
    '{{1,2},{3,4}}', '12:00:00+02', '2024-01-01', '2024-01-01'),
  (2, null, null, '{5,6}', '12:00:00.5-03:30', 'infinity', 'infinity'),
  (3, row(null, null, null, null, null), '{}', null, null, '0044-03-15 BC', '0044-03-15 BC');
create extension citext;
create domain any_mood as mood;
create domain few as text[];
create domain some_days as daterange;
create table rare (id int2 primary key, name name, letter "char", xml xml, padded char(5), folded citext, oid oid,
  single float4, old json, mood any_mood, few few, limited_list varchar(5)[], positives positive[], old_list json[],
  days some_days, exact int4, moods any_mood[]);
insert into rare values (1, 'nm', 'q', '<a/>', 'ab', 'CiText', 42, 0.1, '{"a": 1}', 'ok', '{a,b}', '{v}', '{1,2}',
  array['{"a": 1}'::json], '[2024-01-01,2024-02-01)', 5, '{ok}');
insert into rare (id) values (2);
`;
const MORE_SDL = `
type Address { street: String zip: Int at: DateTime tags: [String!] mood: Mood }
type Person @source(relation: "person") {
  id: Int!
  home: Address
  homes: [Address!]
  grid: [Int!]
  wallClock: Time
  far: Date
  bigDay: DateTime
}
type Rare @source(relation: "rare") {
  id: ID!
  name: String
  letter: String
  xml: String
  padded: String
  folded: String
  oid: BigInt
  single: Float
  old: JSON
  mood: Mood
  few: [String!]
  limitedList: [String!]
  positives: [Int!]
  oldList: [JSON!]
  days: DateRange
  exact: Float
  moods: [Mood!]
}
type Grid @source(relation: "person") { id: Int! grid: [[Int!]!] }
extend type Query { people: [Person!]! grids: [Grid!]! rares: [Rare!]! }
`;

describe('scalars', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-scalars-'));
    pg = await Postgres.start();
    await writeFile(join(dir, 'data.sql'), databaseSql() + MORE_SQL);
    await pg.file(join(dir, 'data.sql'));
    await writeFile(join(dir, 'schema.graphql'), schemaSdl() + MORE_SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const kindOf = (name) => FIELDS[name].type.replace(/[[\]!]/g, '');

  for (const name of Object.keys(FIELDS)) {
    it(`${name}: ${FIELDS[name].type} comes back and finds its row`, async () => {
      // Lists with null items can't be given as [T!]; the schema promised that there are none.
      const query = `{ items { id v: ${name} } docs { id v: ${name} } }`;
      const { body } = await server.post({ query });
      for (const error of body.errors ?? [])
        assert.equal(error.extensions.code, 'NULL_VALUE', JSON.stringify(error));
      const { items, docs } = body.data;
      const rows = new Map(docs.map((r) => [r.id, r.v]));
      const seen = new Set();
      const column = snake(name);
      const equal = JSON.parse(
        await pg.sql(`select json_object_agg(i.id,
        (select json_agg(j.id order by j.id) from item j where j.${column} = i.${column})) from item i`),
      );
      for (const { id, v } of items) {
        assert.deepEqual(rows.get(id) ?? null, v, `column and key of row ${id}`);
        if (v === null || seen.has(JSON.stringify(v))) continue;
        seen.add(JSON.stringify(v));
        const isEnum = ['Mood', 'Level', 'Odd'].includes(kindOf(name));
        const type = FIELDS[name].type;
        const ask = `items(where: {${name}: {eq: $v}}) { id } docs(where: {${name}: {eq: $v}}) { id }`;
        const byVariable = await server.data(`query($v: ${type}) { ${ask} }`, { v });
        const keys = JSON.stringify(v).match(/"[^"]*":/g) ?? []; // of objects; names in literals
        const byLiteral = keys.every((k) => /^"\w+":$/.test(k))
          ? await server.data(`{ ${ask.replaceAll('$v', literalOf(v, isEnum))} }`)
          : byVariable;
        const wanted = equal[id];
        for (const answer of [byVariable, byLiteral]) {
          assert.deepEqual(
            answer.items.map((r) => r.id).sort((a, b) => a - b),
            wanted,
            JSON.stringify(v),
          );
          assert.deepEqual(
            answer.docs.map((r) => r.id).sort((a, b) => a - b),
            wanted,
            JSON.stringify(v),
          );
        }
      }
      assert.ok(seen.size > 0);
    });
  }

  it('composites are objects, also in lists', async () => {
    const { people } = await server.data(
      '{ people { id home { street zip at tags mood } homes { street zip at tags mood } } }',
    );
    assert.deepEqual(people, [
      {
        id: 1,
        home: {
          street: 'Main "St"',
          zip: 12345,
          at: '2024-01-01T00:00:00+00:00',
          tags: ['a', 'b'],
          mood: 'OK',
        },
        homes: [
          { street: 'A', zip: 1, at: null, tags: null, mood: 'SAD' },
          { street: 'B', zip: null, at: '2024-06-01T00:00:00+00:00', tags: ['x'], mood: null },
        ],
      },
      { id: 2, home: null, homes: null },
      { id: 3, home: { street: null, zip: null, at: null, tags: null, mood: null }, homes: [] },
    ]);
  });

  it('composites can be filtered', async () => {
    const cases = [
      ['{home: {street: {contains: "\\""}}}', [1]],
      ['{home: {zip: {gte: 12345}, mood: {eq: OK}, tags: {contains: ["b"]}}}', [1]],
      ['{home: {zip: {isNull: true}}}', [2, 3]],
      ['{home: {at: {lt: "2024-01-01T01:00:00+00:30"}}}', [1]],
      ['{homes: {some: {street: {eq: "B"}}}}', [1]],
      ['{homes: {every: {street: {isNull: false}}}}', [1, 3]],
      ['{homes: {none: {mood: {eq: SAD}}}}', [3]],
      ['{NOT: {homes: {some: {zip: {eq: 1}}}}}', [3]],
    ];
    for (const [where, wanted] of cases) {
      const { people } = await server.data(`{ people(where: ${where}) { id } }`);
      assert.deepEqual(
        people.map((p) => p.id),
        wanted,
        where,
      );
    }
  });

  it('columns of rare types are filtered like others', async () => {
    const one = [
      'id: {eq: "1"}',
      'id: {in: ["1", "99999999999"]}',
      'name: {eq: "nm"}',
      'name: {contains: "m"}',
      'letter: {eq: "q"}',
      'letter: {neq: "qq"}',
      'xml: {eq: "<a/>"}',
      'xml: {in: ["<a/>"]}',
      'padded: {eq: "ab"}',
      'folded: {eq: "citext"}',
      'folded: {contains: "IT"}',
      'folded: {in: ["CITEXT"]}',
      'oid: {eq: 42}',
      'oid: {gt: 41}',
      'single: {eq: 0.1}',
      'single: {in: [0.1]}',
      'old: {eq: {a: 1}}',
      'old: {hasKey: "a"}',
      'old: {path: {path: ["a"], gte: 1}}',
      'mood: {eq: OK}',
      'mood: {gt: SAD}',
      'mood: {in: [OK, SAD]}',
      'few: {contains: ["a"]}',
      'few: {eq: ["a", "b"]}',
      'few: {length: {eq: 2}}',
      'limitedList: {contains: ["v"]}',
      'limitedList: {any: {startsWith: "v"}}',
      'positives: {overlaps: [2, 9]}',
      'positives: {any: {gt: 1}}',
      'oldList: {contains: [{a: 1}]}',
      'oldList: {any: {hasKey: "a"}}',
      'days: {contains: "2024-01-05"}',
      'days: {eq: "[2024-01-01,2024-01-31]"}',
      'exact: {gt: 4.5}',
      'exact: {in: [5, 5.5]}',
      'moods: {contains: [OK]}',
      'moods: {any: {gt: SAD}}',
    ];
    const none = [
      'name: {eq: "n"}',
      'letter: {eq: "qq"}',
      'exact: {eq: 5.5}',
      'id: {eq: "70000"}',
      'single: {gt: 0.2}',
    ];
    for (const [filters, wanted] of [
      [one, ['1']],
      [none, []],
    ]) {
      for (const where of filters) {
        const { rares } = await server.data(`{ rares(where: {${where}}) { id } }`);
        assert.deepEqual(
          rares.map((r) => r.id),
          wanted,
          where,
        );
      }
    }
  });

  it('arrays of several dimensions are lists of lists, and an error where the type says a list', async () => {
    const { body } = await server.post({ query: '{ people { id grid } }' });
    assert.deepEqual(
      body.data.people.map((p) => p.grid),
      [null, [5, 6], null],
    );
    assert.deepEqual(
      body.errors.map((e) => e.path),
      [['people', 0, 'grid', 0]],
    );
    const nested = await server.post({ query: '{ grids { grid } }' });
    assert.deepEqual(
      nested.body.data.grids.map((g) => g.grid),
      [
        [
          [1, 2],
          [3, 4],
        ],
        null,
        null,
      ],
    );
  });

  it('times with an offset have a whole one', async () => {
    const { people } = await server.data('{ people { wallClock } }');
    assert.deepEqual(
      people.map((p) => p.wallClock),
      ['12:00:00+02:00', '12:00:00.5-03:30', null],
    );
  });

  it('days and moments that have no form are errors at their place', async () => {
    const { body } = await server.post({ query: '{ people { id far bigDay } }' });
    assert.deepEqual(body.data.people, [
      { id: 1, far: '2024-01-01', bigDay: '2024-01-01T00:00:00+00:00' },
      { id: 2, far: null, bigDay: null },
      { id: 3, far: null, bigDay: null },
    ]);
    assert.deepEqual(
      body.errors.map((e) => [e.path.join('.'), e.extensions.code]),
      [
        ['people.1.far', 'BAD_VALUE'],
        ['people.1.bigDay', 'BAD_VALUE'],
        ['people.2.far', 'BAD_VALUE'],
        ['people.2.bigDay', 'BAD_VALUE'],
      ],
    );
  });

  const BAD = {
    port: [0, 65536, '80', 1.5],
    whole: [2147483648, 1.5, '1'],
    small: [true],
    big: ['9223372036854775808', 1.5, 'x', ''],
    exact: ['NaN', 'Infinity', '1.', '.5', '1e2000', ''],
    real: ['1', true],
    flag: [1, 'true'],
    uuid: ['x', '0190163d'],
    day: ['2024-02-30', '2024-1-1', '2024-01-01T00:00:00Z', ''],
    clock: ['25:00', '12', ''],
    moment: ['2024-01-01', '2024-01-01T00:00:00', '2024-13-01T00:00:00Z', 'now'],
    span: ['1 day', 'P', 'PT'],
    bytes: ['a', '\\xabc', '===='],
    ip: ['1.2.3', '1.2.3.4.5', 'x', '::g', '1.2.3.4/33'],
    ip4: ['::1'],
    ip6: ['1.2.3.4'],
    net: ['10.0.0.1/8', '10.0.0.0/33'],
    mac: ['08:00', 'xx:xx:xx:xx:xx:xx'],
    path: ['a..b', 'a b', '.'],
    days: ['[2024-01-01,', 'x', '[x,y]'],
    ints: ['[a,b]', '[1;2]'],
    moments: ['[now,)'],
    mood: ['GOOD'],
    email: ['x', 'a@'],
    url: ['x', 'http:/x'],
    host: ['-a', 'a_b'],
    string: [1, true],
    key: [true],
  };
  it('what is no value is refused before the database sees it', async () => {
    await pg.sql("alter system set log_statement = 'all'");
    await pg.sql('select pg_reload_conf()');
    await pg.sql("select 'logged'");
    const from = pg.log.length;
    for (const [name, values] of Object.entries(BAD)) {
      for (const v of values) {
        const type = FIELDS[name].type;
        const asks = [
          { query: `query($v: ${type}) { items(where: {${name}: {eq: $v}}) { id } }`, variables: { v } },
          {
            query: `query($w: ItemWhereInput) { items(where: $w) { id } }`,
            variables: { w: { [name]: { in: [v] } } },
          },
          { query: `{ items(where: {${name}: {in: [${literalOf(v, type === 'Mood')}]}}) { id } }` },
        ];
        for (const ask of asks) {
          const { body, text } = await server.post(ask);
          const code = body.errors?.[0].extensions.code;
          assert.ok(
            ['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED'].includes(code),
            `${name} ${JSON.stringify(v)}: ${text}`,
          );
          assert.ok(body.errors[0].locations.length, text);
          assert.equal(body.data, undefined, text);
        }
      }
    }
    await new Promise((next) => {
      setTimeout(next, 200);
    });
    assert.doesNotMatch(pg.log.slice(from), /execute|ERROR/);
    await pg.sql('alter system reset log_statement');
    await pg.sql('select pg_reload_conf()');
  });

  it("what only the database can refuse is the client's error", async () => {
    const bad = [
      '{string: {matches: "("}}',
      '{string: {like: "a\\\\"}}',
      '{path: {matchesLquery: "a..b"}}',
      '{path: {matchesLtxtquery: "& &"}}',
      '{json: {matchesPath: "$."}}',
      '{string: {search: {query: "a &", mode: RAW}}}',
      '{words: {search: {query: "a &", mode: RAW}}}',
      '{string: {search: {query: "a", language: "klingon"}}}',
      '{mac: {vendor: "08:00"}}',
      '{mac: {vendor: "zz"}}',
      '{ints: {contains: "[5,1]"}}',
      '{words: {eq: "\'"}}',
      '{string: {eq: "\\u0000"}}',
    ];
    for (const where of bad) {
      const { body, text } = await server.post({ query: `{ items(where: ${where}) { id } }` });
      assert.equal(body.errors?.[0].extensions.code, 'BAD_USER_INPUT', `${where}: ${text}`);
    }
    const { body } = await server.post({
      query: '{ items(where: {string: {search: {query: "a", language: "englich"}}}) { id } }',
    });
    assert.match(body.errors[0].message, /Did you mean "english"\?/);
  });

  it('statements are not compiled, unless the address of the database says so', async () => {
    const jit = async (url) => {
      const sdl = 'type Query { jit: String @function(name: "fn_jit") }';
      await writeFile(join(dir, 'jit.graphql'), sdl);
      const one = await Server.start(['serve', '--schema', join(dir, 'jit.graphql'), '--database', url]);
      const answer = await one.data('{ jit }');
      await one.stop();
      return answer.jit;
    };
    await pg.sql("create function fn_jit() returns text language sql stable as $$ select current_setting('jit') $$");
    assert.equal(await jit(pg.url), 'off');
    assert.equal(await jit(`${pg.url}&options=-c%20jit%3Don`), 'on');
  });

  it('moments are the same whatever the zone of the session', async () => {
    const url = pg.url.includes('?') ? `${pg.url}&options=-c%20TimeZone%3DAsia/Kathmandu` : pg.url;
    const other = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', url]);
    try {
      const rows = '(where: {moment: {lt: "9999-01-01T00:00:00Z"}}) { id moment wall }'; // year 10000 in Nepal
      const query = `{ items${rows} docs${rows} }`;
      const [a, b] = [await server.data(query), await other.data(query)];
      const instants = (d) =>
        d.items.map((r) => [r.id, r.moment && Date.parse(r.moment), r.wall && Date.parse(r.wall)]);
      assert.deepEqual(instants(b), instants(a));
      assert.match(JSON.stringify(b.items), /\+05:45/);
      const where = '{moment: {eq: "2024-01-01T00:00:00Z"}, wall: {isNull: false}}';
      const ask = `{ items(where: ${where}) { id } docs(where: ${where}) { id } }`;
      assert.deepEqual(await other.data(ask), await server.data(ask));
    } finally {
      await other.stop();
    }
  });
});

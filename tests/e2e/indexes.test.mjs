// Filters use indexes: on 100,000 rows the server's own statements, as the database explains them, look up the
// index that was made for the operator, on columns and on keys of documents, also when they are run many times.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const ROWS = 100_000;

const DATA = `
create extension ltree;
create extension pg_trgm;
create type mood as enum ('sad', 'ok', 'happy', 'ecstatic');
create function md(i int) returns text language sql immutable as $$ select md5(i::text) $$;
create table thing as
select i as id, md(i) || '@example.org' as email, 'C' || i as code, md(i) as word, i as n, i::numeric / 100 as price,
  i::float8 as ratio, i::int8 * 1000003 as big, timestamptz '2020-01-01Z' + i * interval '1 min' as at,
  date '1800-01-01' + i as day, md(i)::uuid as uid, inet '10.0.0.0' + i as ip,
  set_masklen(cidr '10.0.0.0/32' + i * 256, 24)::cidr as net,
  ('08:' || lpad(to_hex(i / 65536), 2, '0') || ':' || lpad(to_hex(i / 256 % 256), 2, '0') || ':' ||
    lpad(to_hex(i % 256), 2, '0') || ':00:00')::macaddr as mac,
  text2ltree('top.a' || i % 1000 || '.b' || i) as path,
  int4range(i * 10, i * 10 + 5) as span, daterange(date '1800-01-01' + i * 2, date '1800-01-01' + i * 2 + 1) as days,
  array['t' || i, 'u' || i % 5] as tags, array[i, -i] as nums,
  jsonb_build_object('k' || i, i, 'kind', 'x' || i, 'deep', jsonb_build_object('v', i)) as attrs,
  to_tsvector('english', 'common w' || i) as words, 'common text w' || i as body,
  case when i % 20000 = 0 then 'ecstatic' else 'ok' end::mood as mood, decode(md(i), 'hex') as bytes,
  case when i % 10000 > 0 then i end as maybe, interval '1 min' * i as lasts
from generate_series(1, ${ROWS}) i;
alter table thing add primary key (id);
create table doc as
select id, jsonb_build_object('email', email, 'code', code, 'word', word, 'n', n, 'price', price, 'big', big,
  'uid', uid, 'ip', ip, 'mac', mac, 'path', path, 'span', span, 'tags', tags, 'nums', nums, 'attrs', attrs) as data
from thing;
alter table doc add primary key (id);
create table part (id int primary key, thing_id int not null, name text not null);
insert into part select i, i % ${ROWS} + 1, 'p' || i from generate_series(1, ${ROWS}) i;
create index part_thing on part (thing_id);
create index part_name on part (name);
vacuum analyze;
`;

const FIELDS = `email: String code: String word: String n: Int price: Decimal ratio: Float big: BigInt at: DateTime
day: Date uid: UUID ip: IP net: CIDR mac: MacAddress path: LTree span: IntRange days: DateRange tags: [String!]
nums: [Int!] attrs: JSON words: TSVector body: String mood: Mood bytes: Bytes maybe: Int
lasts: Interval`;
const SDL = `
enum Mood { SAD OK HAPPY ECSTATIC }
type Thing @source(relation: "thing") { id: Int! ${FIELDS}
  parts: [Part!]! @relation(fields: ["id"], references: ["thing_id"]) }
type Doc @source(relation: "doc") { id: Int! ${FIELDS} }
type Part @source(relation: "part") { id: Int! name: String!
  thing: Thing @relation(fields: ["thing_id"], references: ["id"]) }
type Query { things: [Thing!]! docs: [Doc!]! parts: [Part!]! }
`;

// [name, what the index is on, filters that it serves]; `x` is the column or the key's expression.
const COLUMN_INDEXES = [
  [
    'email_btree',
    '(email)',
    [
      '{email: {eq: "c4ca4238a0b923820dcc509a6f75849b@example.org"}}',
      '{email: {in: ["a", "b"]}}',
      '{email: {gte: "zz"}}',
      '{email: {lt: "00001"}}',
    ],
  ],
  ['email_lower', '(lower(email))', ['{email: {ieq: "C4CA4238A0B923820DCC509A6F75849B@example.org"}}']],
  [
    'code_pattern',
    '(code text_pattern_ops)',
    ['{code: {startsWith: "C7777"}}', '{code: {like: "C8888%"}}', '{code: {matches: "^C9999"}}'],
  ],
  [
    'word_trgm',
    'using gin (word gin_trgm_ops)',
    [
      '{word: {contains: "c4ca4238"}}',
      '{word: {icontains: "C4CA4238"}}',
      '{word: {endsWith: "820dcc509a6f75849b"}}',
      '{word: {iendsWith: "820DCC509A6F75849B"}}',
      '{word: {istartsWith: "C4CA4238A0"}}',
      '{word: {ilike: "%A0B923820D%"}}',
      '{word: {matches: "a0b923820d"}}',
      '{word: {imatches: "A0B923820D"}}',
    ],
  ],
  [
    'n_btree',
    '(n)',
    [
      '{n: {eq: 5}}',
      '{n: {in: [1, 2, 3]}}',
      '{n: {gt: 99990}}',
      '{n: {lte: 10}}',
      '{n: {between: {from: 10, to: 20}}}',
    ],
  ],
  ['price_btree', '(price)', ['{price: {eq: "1.5"}}', '{price: {between: {from: 1, to: "1.05"}}}']],
  ['ratio_btree', '(ratio)', ['{ratio: {lt: 3.5}}']],
  ['big_btree', '(big)', ['{big: {eq: "1000003"}}', '{big: {gte: 100000300000}}']],
  [
    'at_btree',
    '(at)',
    [
      '{at: {lt: "2020-01-01T00:10:00Z"}}',
      '{at: {between: {from: "2020-01-01T01:00:00+01:00", to: "2020-01-01T00:05:00Z"}}}',
    ],
  ],
  ['day_btree', '(day)', ['{day: {eq: "1800-01-05"}}', '{day: {lt: "1800-01-05"}}']],
  ['lasts_btree', '(lasts)', ['{lasts: {lt: "PT5M"}}']],
  [
    'uid_btree',
    '(uid)',
    ['{uid: {eq: "c4ca4238a0b923820dcc509a6f75849b"}}', '{uid: {in: ["c4ca4238a0b923820dcc509a6f75849b"]}}'],
  ],
  ['bytes_btree', '(bytes)', ['{bytes: {eq: "\\\\xc4ca4238a0b923820dcc509a6f75849b"}}']],
  ['maybe_btree', '(maybe)', ['{maybe: {isNull: true}}']],
  ['mood_btree', '(mood)', ['{mood: {eq: ECSTATIC}}', '{mood: {gt: HAPPY}}', '{mood: {in: [SAD, ECSTATIC]}}']],
  [
    'ip_btree',
    '(ip)',
    [
      '{ip: {eq: "10.0.0.5"}}',
      '{ip: {inSubnet: "10.0.1.0/28"}}',
      '{ip: {inRange: {from: "10.0.0.1", to: "10.0.0.20"}}}',
      '{ip: {gt: "10.1.134.150"}}',
      '{ip: {isLoopback: true}}',
      '{ip: {isIPv6: true}}',
      '{ip: {isDocumentation: true}}',
      '{ip: {isMulticast: true}}',
    ],
  ],
  [
    'ip_gist',
    'using gist (ip inet_ops)',
    [
      '{ip: {inSubnet: "10.0.1.0/28"}}',
      '{ip: {overlaps: "10.0.1.7"}}',
      '{ip: {contains: "10.0.1.7"}}',
      '{ip: {isPrivate: true, isLoopback: true}}',
    ],
  ],
  [
    'net_gist',
    'using gist (net inet_ops)',
    ['{net: {contains: "10.0.5.77"}}', '{net: {inSubnet: "10.0.4.0/22"}}', '{net: {overlaps: "10.0.4.0/23"}}'],
  ],
  ['mac_btree', '(mac)', ['{mac: {vendor: "08:00:05"}}', '{mac: {eq: "08:00:00:05:00:00"}}']],
  [
    'path_gist',
    'using gist (path)',
    [
      '{path: {descendantOf: "top.a5.b5"}}',
      '{path: {ancestorOf: "top.a5.b5.c"}}',
      '{path: {matchesLquery: "top.a5.b1005"}}',
      '{path: {matchesAnyLquery: ["top.a5.b1005", "x"]}}',
      '{path: {matchesLtxtquery: "b1005 & a5"}}',
    ],
  ],
  ['path_btree', '(path)', ['{path: {eq: "top.a5.b5"}}']],
  [
    'span_gist',
    'using gist (span)',
    [
      '{span: {contains: 57}}',
      '{span: {contains: "[51,53)"}}',
      '{span: {overlaps: "[51,62)"}}',
      '{span: {containedBy: "[50,70)"}}',
      '{span: {strictlyLeft: "[30,31)"}}',
      '{span: {strictlyRight: "[999980,999981)"}}',
      '{span: {startsAfter: 999980}}',
      '{span: {endsBefore: 30}}',
      '{span: {adjacent: "[55,57)"}}',
      '{span: {eq: "[50,55)"}}',
    ],
  ],
  [
    'days_gist',
    'using gist (days)',
    ['{days: {contains: "1800-02-02"}}', '{days: {overlaps: "[1800-02-01,1800-02-04)"}}'],
  ],
  [
    'tags_gin',
    'using gin (tags)',
    [
      '{tags: {contains: ["t77"]}}',
      '{tags: {overlaps: ["t77", "t78"]}}',
      '{tags: {contains: ["t5", "u0"]}}',
      '{tags: {eq: ["t5", "u0"]}}',
    ],
  ],
  ['nums_gin', 'using gin (nums)', ['{nums: {contains: [77]}}', '{nums: {overlaps: [77, 78]}}']],
  [
    'attrs_gin',
    'using gin (attrs)',
    [
      '{attrs: {hasKey: "k77"}}',
      '{attrs: {hasAnyKeys: ["k77", "k78"]}}',
      '{attrs: {hasAllKeys: ["k77", "kind"]}}',
      '{attrs: {contains: {k77: 77}}}',
      '{attrs: {matchesPath: "$.k77 ? (@ == 77)"}}',
    ],
  ],
  [
    'attrs_path',
    'using gin (attrs jsonb_path_ops)',
    ['{attrs: {contains: {deep: {v: 77}}}}', '{attrs: {matchesPath: "$.deep.v ? (@ == 77)"}}'],
  ],
  [
    'attrs_deep',
    `((nullif(attrs #> '{deep,v}', 'null'::jsonb)))`,
    ['{attrs: {path: {path: ["deep", "v"], eq: 77}}}'],
  ],
  [
    'words_gin',
    'using gin (words)',
    [
      '{words: {search: {query: "w77", language: "english"}}}',
      '{words: {search: {query: "w77 & common", mode: RAW}}}',
    ],
  ],
  [
    'body_gin',
    `using gin (to_tsvector('english', body))`,
    [
      '{body: {search: {query: "w77", language: "english"}}}',
      '{body: {search: {query: "\\"text w77\\"", language: "english", mode: WEB}}}',
    ],
  ],
];
const KEY_INDEXES = [
  [
    'kemail_btree',
    `((data->>'email'))`,
    ['{email: {eq: "c4ca4238a0b923820dcc509a6f75849b@example.org"}}', '{email: {in: ["a", "b"]}}'],
  ],
  ['kcode_pattern', `((data->>'code') text_pattern_ops)`, ['{code: {startsWith: "C7777"}}']],
  ['kcode_lower', `(lower(data->>'code'))`, ['{code: {ieq: "c7777"}}']],
  [
    'kword_search',
    `using gin (to_tsvector('english', data->>'word'))`,
    ['{word: {search: {query: "c4ca4238a0b923820dcc509a6f75849b", language: "english"}}}'],
  ],
  [
    'kword_trgm',
    `using gin ((data->>'word') gin_trgm_ops)`,
    ['{word: {contains: "c4ca4238"}}', '{word: {imatches: "A0B923820D"}}'],
  ],
  [
    'kn_btree',
    `(((data->>'n')::int4))`,
    ['{n: {eq: 5}}', '{n: {in: [1, 2, 3]}}', '{n: {gt: 99990}}', '{n: {between: {from: 10, to: 20}}}'],
  ],
  ['kprice_btree', `(((data->>'price')::numeric))`, ['{price: {eq: "1.5"}}']],
  ['kbig_btree', `(((data->>'big')::int8))`, ['{big: {eq: "1000003"}}']],
  ['kuid_btree', `(((data->>'uid')::uuid))`, ['{uid: {eq: "c4ca4238a0b923820dcc509a6f75849b"}}']],
  [
    'kip_gist',
    `using gist (((data->>'ip')::inet) inet_ops)`,
    ['{ip: {inSubnet: "10.0.1.0/28"}}', '{ip: {contains: "10.0.1.7"}}'],
  ],
  ['kmac_btree', `(((data->>'mac')::macaddr8))`, ['{mac: {eq: "08:00:00:05:00:00"}}', '{mac: {vendor: "08:00:05"}}']],
  [
    'kpath_gist',
    `using gist (((data->>'path')::ltree))`,
    ['{path: {descendantOf: "top.a5.b5"}}', '{path: {matchesLquery: "top.a5.b1005"}}'],
  ],
  ['ktags_gin', `using gin ((data->'tags'))`, ['{tags: {contains: ["t77"]}}', '{tags: {overlaps: ["t77", "t78"]}}']],
  ['knums_gin', `using gin ((data->'nums') jsonb_path_ops)`, ['{nums: {contains: [77]}}']],
  [
    'kattrs_gin',
    `using gin ((data->'attrs'))`,
    ['{attrs: {hasKey: "k77"}}', '{attrs: {contains: {k77: 77}}}', '{attrs: {hasAllKeys: ["k77", "kind"]}}'],
  ],
  [
    'kattrs_path',
    `using gin ((data->'attrs') jsonb_path_ops)`,
    ['{attrs: {contains: {deep: {v: 77}}}}', '{attrs: {matchesPath: "$.deep.v ? (@ == 77)"}}'],
  ],
];

/** Every node of a plan. */
function nodes(plan) {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

describe('indexes', () => {
  let pg;
  let server;
  let dir;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-indexes-'));
    pg = await Postgres.start({
      shared_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_format': 'json',
      jit: 'off',
      default_statistics_target: '30',
      maintenance_work_mem: '256MB',
    });
    await writeFile(join(dir, 'data.sql'), DATA);
    await pg.file(join(dir, 'data.sql'));
    await writeFile(join(dir, 'schema.graphql'), SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** The plan of the statement that answers the query, the last of `times`. */
  async function planOf(query, times = 1) {
    let from;
    for (let i = 0; i < times; i += 1) {
      from = pg.log.length;
      await server.data(query);
    }
    for (let tries = 0; tries < 50; tries += 1) {
      const found = [...pg.log.slice(from).matchAll(/plan:\n\t(\{[\s\S]*?\n\t\})/g)].at(-1);
      if (found) return JSON.parse(found[1].replaceAll(/\n\t/g, '\n'));
      await new Promise((next) => {
        setTimeout(next, 10);
      });
    }
    throw new Error(`no plan in the log for ${query}`);
  }

  function check(root, relation, indexes) {
    it(`${root}: each operator finds its index`, async () => {
      // Of several indexes on the same column only one is there at a time.
      const rounds = [];
      for (const index of indexes) {
        const stem = index[0].split('_')[0];
        const round = rounds.find((r) => !r.some(([name]) => name.split('_')[0] === stem));
        if (round) round.push(index);
        else rounds.push([index]);
      }
      for (const round of rounds) {
        await pg.sql(round.map(([name, on]) => `create index ${name} on ${relation} ${on};`).join(' '));
        await pg.sql(`vacuum analyze ${relation}`);
        for (const [name, on, filters] of round)
          for (const where of filters) {
            // Ordered by what no index is ordered by: where PostgreSQL can't estimate a condition it may
            // else walk along the primary key until it has a page of rows.
            const plan = await planOf(`{ ${root}(where: ${where}, orderBy: [{span: ASC}]) { id } }`);
            const used = nodes(plan.Plan)
              .map((n) => n['Index Name'])
              .filter(Boolean);
            assert.ok(used.includes(name), `${where} does not use ${name} ${on}:\n${JSON.stringify(plan, null, 1)}`);
            const scans = nodes(plan.Plan).filter((n) => n['Node Type'] === 'Seq Scan');
            assert.deepEqual(scans, [], where);
          }
        await pg.sql(`drop index ${round.map(([name]) => name)}`);
      }
    });
  }

  check('things', 'thing', COLUMN_INDEXES);
  check('docs', 'doc', KEY_INDEXES);

  it('a statement that is run many times keeps its index', async () => {
    await pg.sql(
      'create index many on thing (email); create index many_gin on thing using gin (tags); analyze thing',
    );
    for (const [where, name] of [
      ['{email: {eq: "a"}}', 'many'],
      ['{tags: {contains: ["t77"]}}', 'many_gin'],
    ]) {
      const plan = await planOf(`{ things(where: ${where}) { id } }`, 12);
      assert.ok(
        nodes(plan.Plan).some((n) => n['Index Name'] === name),
        JSON.stringify(plan, null, 1),
      );
    }
    await pg.sql('drop index many, many_gin');
  });

  it('conditions on relations look rows up', async () => {
    await pg.sql('create index thing_code on thing (code); analyze thing');
    const cases = [
      ['{ parts(where: {thing: {code: {eq: "C5"}}}) { id } }', ['thing_code', 'part_thing']],
      ['{ things(where: {parts: {some: {name: {eq: "p5"}}}}) { id } }', ['part_name', 'thing_pkey']],
      ['{ things(where: {OR: [{code: {eq: "C5"}}, {id: {in: [1, 2]}}]}) { id } }', ['thing_code', 'thing_pkey']],
    ];
    for (const [query, names] of cases) {
      const plan = await planOf(query);
      const used = nodes(plan.Plan).map((n) => n['Index Name']);
      for (const name of names)
        assert.ok(used.includes(name), `${query} does not use ${name}:\n${JSON.stringify(plan, null, 1)}`);
    }
  });
});

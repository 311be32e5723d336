// Aggregates and groups, on roots and relations, on columns and keys of documents: what plain SQL gives.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Postgres } from './lib/postgres.mjs';
import { Server, root } from './lib/server.mjs';

const store = join(root, 'examples/music-store');
const SQL = `
  create type mood as enum ('low', 'high');
  create table reading (id int primary key, label text, mood mood, small int, big bigint, exact numeric,
    approx float8, at timestamptz, day date, took interval, data jsonb not null);
  insert into reading select i, nullif('l' || i % 3, 'l0'), (array['low', 'high'])[1 + i % 2]::mood,
    nullif(i % 5, 0), 9223372036854775000 - i, i / 8.0, i / 3.0,
    timestamptz '2025-12-30 22:30Z' + i * interval '7 hours', date '2025-12-28' + i,
    i * interval '90 minutes',
    jsonb_build_object('size', case when i % 4 <> 0 then i % 6 end, 'kind', 'k' || i % 2,
      'seen_at', timestamptz '2026-01-01' + i * interval '1 day', 'part', jsonb_build_object('n', i))
    from generate_series(1, 40) i;
`;
const SDL = `
  enum Mood { LOW HIGH }
  type Reading @source(relation: "reading") {
    id: Int! label: String mood: Mood small: Int big: BigInt exact: Decimal approx: Float
    at: DateTime day: Date took: Interval
    size: Int kind: String! seenAt: DateTime! part: Part
  }
  type Part { n: Int! }
  extend type Query { readingsAggregate(mood: Mood): ReadingAggregate! readings: [Reading!]! }
  extend type Query { tracksAggregate: TrackAggregate! genresAggregate: GenreAggregate! }
  extend type Genre { tracksAggregate: TrackAggregate!
    @relation(fields: ["id"], references: ["genre_id"]) }
  extend type Playlist { tracksAggregate: TrackAggregate!
    @relation(fields: ["id"], references: ["id"], relation: "playlist_track") }
`;

// [what, field of Query with its selection, SQL for the same JSON]
const CASES = [
  ['every function on every kind', `readingsAggregate {
      count countDistinct { label mood small size kind at }
      sum { small big exact approx size } avg { small exact size }
      min { label mood small big exact day size } max { label mood small big exact day kind }
      stddev { small exact size } variance { small exact } }`,
  `select json_build_object('count', count(*), 'countDistinct', json_build_object('label',
      count(distinct label), 'mood', count(distinct mood), 'small', count(distinct small), 'size',
      count(distinct (data->>'size')::int), 'kind', count(distinct data->>'kind'), 'at',
      count(distinct at)),
    'sum', json_build_object('small', sum(small)::text, 'big', sum(big)::text, 'exact', sum(exact)::text,
      'approx', sum(approx), 'size', sum((data->>'size')::int)::text),
    'avg', json_build_object('small', avg(small)::text, 'exact', avg(exact)::text,
      'size', avg((data->>'size')::int)::text),
    'min', json_build_object('label', min(label), 'mood', upper(min(mood)::text), 'small', min(small),
      'big', min(big)::text, 'exact', min(exact)::text, 'day', min(day),
      'size', min((data->>'size')::int)),
    'max', json_build_object('label', max(label), 'mood', upper(max(mood)::text), 'small', max(small),
      'big', max(big)::text, 'exact', max(exact)::text, 'day', max(day), 'kind', max(data->>'kind')),
    'stddev', json_build_object('small', stddev(small)::text, 'exact', stddev(exact)::text,
      'size', stddev((data->>'size')::int)::text),
    'variance', json_build_object('small', variance(small)::text, 'exact', variance(exact)::text))
  from reading`],
  ['over no rows', `readingsAggregate(where: {id: {lt: 0}}) { count countDistinct { label }
      sum { small } avg { exact } min { label mood at } max { day } stddev { small }
      groups(by: [label]) { count } }`,
  `select '{"count": 0, "countDistinct": {"label": 0}, "sum": {"small": null}, "avg": {"exact": null},
    "min": {"label": null, "mood": null, "at": null}, "max": {"day": null}, "stddev": {"small": null},
    "groups": []}'`],
  ['filters and arguments', `readingsAggregate(mood: HIGH, where: {size: {gt: 1}}) { count
      sum { big } groups(by: [kind]) { key { kind } count } }`,
  `select json_build_object('count', count(*), 'sum', json_build_object('big', sum(big)::text),
    'groups', (select json_agg(json_build_object('key', json_build_object('kind', k), 'count', n))
      from (select data->>'kind' k, count(*) n from reading where mood = 'high'
        and (data->>'size')::int > 1 group by 1 order by 1) g))
  from reading where mood = 'high' and (data->>'size')::int > 1`],
  ['groups by null, enum and two keys', `readingsAggregate {
      groups(by: [label, mood]) { key { mood label } count avg { exact } } }`,
  `select json_build_object('groups', json_agg(json_build_object(
      'key', json_build_object('mood', upper(mood::text), 'label', label), 'count', n,
      'avg', json_build_object('exact', a::text)) order by label, mood))
    from (select label, mood, count(*) n, avg(exact) a from reading group by 1, 2) g`],
  ['groups by parts of moments', `readingsAggregate {
      year: groups(by: [at_year]) { key { at_year } count }
      month: groups(by: [seenAt_month]) { key { seenAt_month } count }
      week: groups(by: [day_week]) { key { day_week } count }
      hour: groups(by: [at_hour], limit: 3, offset: 1) { key { at_hour } count } }`,
  `select json_build_object(
    'year', (select json_agg(json_build_object('key', json_build_object('at_year', k), 'count', n) order by k)
      from (select date_trunc('year', at) k, count(*) n from reading group by 1) g),
    'month', (select json_agg(json_build_object('key', json_build_object('seenAt_month', k), 'count', n)
      order by k) from (select date_trunc('month', (data->>'seen_at')::timestamptz) k, count(*) n
        from reading group by 1) g),
    'week', (select json_agg(json_build_object('key', json_build_object('day_week', k), 'count', n)
      order by k) from (select date_trunc('week', day)::date k, count(*) n from reading group by 1) g),
    'hour', (select json_agg(json_build_object('key', json_build_object('at_hour', k), 'count', n)
      order by k) from (select date_trunc('hour', at) k, count(*) n from reading group by 1
        order by 1 limit 3 offset 1) g))`],
  ['having and orders', `readingsAggregate {
      groups(by: [size, kind], having: {count: {gte: 3}, OR: [{sum: {exact: {gt: "10"}}},
        {max: {label: {eq: "l2"}}}], NOT: {min: {mood: {eq: HIGH}}}},
        orderBy: [{count: DESC}, {avg: {approx: ASC}}, {key: {kind: DESC}}]) {
        key { size kind } count sum { exact } } }`,
  `select json_build_object('groups', json_agg(json_build_object(
      'key', json_build_object('size', size, 'kind', kind), 'count', n,
      'sum', json_build_object('exact', s::text)) order by n desc, a, kind desc, size))
    from (select (data->>'size')::int size, data->>'kind' kind, count(*) n, sum(exact) s, avg(approx) a
      from reading group by 1, 2 having count(*) >= 3 and (sum(exact) > 10 or max(label) = 'l2')
        and not min(mood) = 'high') g`],
  ['of related rows', `genres(orderBy: [{name: ASC}]) { name tracksAggregate(where: {price: {gt: "1"}}) {
      count sum { durationMs sizeBytes } max { title } groups(by: [price], orderBy: [{key: {price: DESC}}]) {
        key { price } count } } }`,
  `select json_agg(json_build_object('name', name, 'tracksAggregate', json_build_object(
      'count', (select count(*) from track t where t.genre_id = g.id and unit_price > 1),
      'sum', (select json_build_object('durationMs', sum(duration_ms)::text,
        'sizeBytes', sum(size_bytes)::text) from track t where t.genre_id = g.id and unit_price > 1),
      'max', (select json_build_object('title', max(title)) from track t
        where t.genre_id = g.id and unit_price > 1),
      'groups', (select coalesce(json_agg(json_build_object('key', json_build_object('price', p::text),
        'count', n) order by p desc), '[]') from (select unit_price p, count(*) n from track t
        where t.genre_id = g.id and unit_price > 1 group by 1) x))) order by name) from genre g`],
  ['through a link table', `playlists(orderBy: [{id: ASC}]) { id tracksAggregate { count sum { durationMs }
      min { title } } }`,
  `select json_agg(json_build_object('id', id, 'tracksAggregate', (select json_build_object(
      'count', count(*), 'sum', json_build_object('durationMs', sum(duration_ms)::text),
      'min', json_build_object('title', min(title)))
      from playlist_track l join track t on t.id = l.track_id where l.playlist_id = p.id)) order by id)
    from playlist p`],
  ['orders by aggregates of related rows', `genres(orderBy: [{tracks: {sum: {sizeBytes: DESC_NULLS_LAST}}}]) {
      name }`,
  `select json_agg(json_build_object('name', name) order by
      (select sum(size_bytes) from track where genre_id = g.id) desc nulls last, id) from genre g`],
  ['orders through a link table', `playlists(orderBy: [{tracks: {max: {title: ASC_NULLS_FIRST}}},
      {tracks: {count: DESC}}]) { id }`,
  `select json_agg(json_build_object('id', id) order by (select max(title) from playlist_track l
      join track t on t.id = l.track_id where l.playlist_id = p.id) nulls first,
      (select count(*) from playlist_track l where l.playlist_id = p.id) desc, id) from playlist p`],
  ['intervals', 'readingsAggregate { sum { took } avg { took } max { took } }',
    `select json_build_object('sum', json_build_object('took', sum(took)), 'avg',
      json_build_object('took', avg(took)), 'max', json_build_object('took', max(took))) from reading`],
];

// Moments as instants, and orders of keys away.
const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?|Z)$/;
function plain(x) {
  if (typeof x === 'string' && moment.test(x)) {
    return new Date(x.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
  }
  if (Array.isArray(x)) return x.map(plain);
  if (!x || typeof x !== 'object') return x;
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)]).sort());
}

describe('aggregates', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-aggregates-'));
    pg = await Postgres.start({ intervalstyle: 'iso_8601', timezone: 'UTC' });
    for (const file of ['schema/01_catalogue', 'schema/02_sales', 'seeds/01_catalogue', 'seeds/02_sales']) {
      await pg.file(join(store, 'db', `${file}.sql`));
    }
    await pg.sql(SQL);
    await writeFile(join(dir, 'schema.graphql'),
      await readFile(join(store, 'schema.graphql'), 'utf8') + SDL);
    server = await Server.start(
      ['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  for (const [what, query, sql] of CASES) {
    it(what, async () => {
      const data = await server.data(`{ ${query} }`);
      const [got] = Object.values(data);
      assert.deepEqual(plain(got), plain(JSON.parse(await pg.sql(sql))));
    });
  }

  it('what groups have in common can come from a variable', async () => {
    const query = `query ($by: [ReadingGroupField!]!) { readingsAggregate { groups(by: $by) { count } } }`;
    const sizes = async (by) => (await server.data(query, { by })).readingsAggregate.groups.length;
    assert.equal(await sizes(['kind']), 2);
    assert.equal(await sizes(['label']), 3);
    assert.equal(await sizes(['label', 'kind']), 6);
    assert.equal(await sizes(['kind', 'kind']), 2);
  });

  it('refuses what makes no sense', async () => {
    for (const [query, message] of [
      ['groups(by: []) { count }', /"by" needs at least one field/],
      ['groups(by: [kind]) { key { label } }', /"label" is not among the fields of "by"/],
      ['groups(by: [kind], orderBy: [{key: {label: ASC}}]) { count }', /can't be ordered by it/],
      ['groups(by: [kind], limit: 1001) { count }', /"limit" must be at most 1000/],
      ['groups(by: [kind], limit: -1) { count }', /"limit" must not be negative/],
      ['groups(by: [kind], having: {count: {eq: null}}) { count }', /must not be null/],
    ]) {
      const { body } = await server.post({ query: `{ readingsAggregate { ${query} } }` });
      assert.match(body.errors[0].message, message);
      assert.equal(body.errors[0].extensions.code, 'BAD_USER_INPUT');
    }
    const { body } = await server.post({ query: '{ readingsAggregate { sum { label } } }' });
    assert.equal(body.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  });

  it('is one statement a root field, groups included', async () => {
    const statements = await pg.executed(async () => {
      await server.data(`{ readingsAggregate { count a: groups(by: [kind]) { count }
        b: groups(by: [label]) { count } } }`);
      await server.data('{ genres { tracksAggregate { count groups(by: [price]) { count } } } }');
    });
    assert.equal(statements.length, 2, statements.join('\n'));
  });
});

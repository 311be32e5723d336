// Relations on real rows: one, many, many through a link table, to themselves, by several columns, by keys of
// documents; arguments at every level; and what the database does for a nested query of one to five levels.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Postgres } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

const run = promisify(execFile);
const LEVELS = [200, 2_000, 20_000, 60_000, 100_000];

const SQL = `
  create table house (town text, number int, owner text, primary key (town, number));
  create table room (id int primary key, town text, number int, name text,
    foreign key (town, number) references house);
  insert into house select t, n, t || n from unnest(array['a', 'b', 'c']) t, generate_series(1, 3) n;
  insert into room select i, (array['a', 'b', 'c', null])[1 + i % 4], 1 + i % 3, 'room ' || i
    from generate_series(1, 40) i;
  create table person (id int primary key, boss_id int references person, name text);
  insert into person select i, nullif(i / 4, 0), 'p' || i from generate_series(1, 30) i;
  create table club (id int primary key, name text);
  create table member (club_id int references club, person_id int references person, since int,
    primary key (club_id, person_id));
  insert into club select i, 'club ' || i from generate_series(1, 6) i;
  insert into member select c, p, 2000 + p from generate_series(1, 5) c, generate_series(1, 30) p where p % c = 0;
  create table visit (club_id int not null references club, person_id int not null references person);
  insert into visit select 1 + i % 6, 1 + i % 5 from generate_series(1, 60) i;
  create table home (person_id int primary key references person, club_id int references club);
  insert into home select i, nullif(1 + (i * 5) % 7, 7) from generate_series(1, 20) i;
  create table article (id int primary key, data jsonb not null);
  create table remark (id int primary key, data jsonb not null);
  insert into article select i, jsonb_build_object('title', 't' || i, 'meta', jsonb_build_object('author_id', 1 + i
      % 7))
    from generate_series(1, 20) i;
  insert into remark select i, jsonb_build_object('text', 'r' || i, 'article_id',
    case when i % 9 <> 0 then 1 + i % 15 end) from generate_series(1, 60) i;
  ${LEVELS.map((n, i) => `
    create table level_${i + 1} (id int primary key, up int, name text not null);
    insert into level_${i + 1} select i, ${i ? `1 + (i * 7919) % ${LEVELS[i - 1]}` : 'null'}, 'n' || i % 100
      from generate_series(1, ${n}) i;
    create index on level_${i + 1} (up, id);`).join('\n')}
  analyze;
`;
const SDL = `
  type House @source(relation: "house") { town: String! number: Int! owner: String!
    rooms: [Room!]! @relation(fields: ["town", "number"], references: ["town", "number"])
    roomsConnection: RoomConnection! @relation(fields: ["town", "number"], references: ["town", "number"]) }
  type Room @source(relation: "room") { id: Int! name: String!
    house: House @relation(fields: ["town", "number"], references: ["town", "number"]) }
  type Person @source(relation: "person") { id: Int! name: String!
    boss: Person @relation(fields: ["boss_id"], references: ["id"])
    team: [Person!]! @relation(fields: ["id"], references: ["boss_id"])
    home: Club @relation(fields: ["id"], references: ["id"], relation: "home")
    clubs: [Club!]! @relation(fields: ["id"], references: ["id"], relation: "member")
    articles: [Article!]! @relation(fields: ["id"], references: ["author_id"]) }
  type Club @source(relation: "club") { id: Int! name: String!
    members: [Person!]! @relation(fields: ["id"], references: ["id"], relation: "member")
    membersConnection: PersonConnection! @relation(fields: ["id"], references: ["id"], relation: "member")
    visitors: [Person!]! @relation(fields: ["id"], references: ["id"], relation: "visit")
    visitorsConnection: PersonConnection! @relation(fields: ["id"], references: ["id"], relation: "visit")
    visitorsAggregate: PersonAggregate! @relation(fields: ["id"], references: ["id"], relation: "visit") }
  type Note @source(relation: "v_note") { id: Int! text: String! }
  type Article @source(relation: "v_article") { id: Int! title: String!
    author: Person @relation(fields: ["author_id"], references: ["id"])
    remarks: [Remark!]! @relation(fields: ["id"], references: ["article_id"]) }
  type Remark @source(relation: "remark") { id: Int! text: String!
    article: Article @relation(fields: ["article_id"], references: ["id"]) }
  ${LEVELS.map((_, i) => `type Level${i + 1} @source(relation: "level_${i + 1}") { id: Int! name: String!
    ${i ? `up: Level${i} @relation(fields: ["up"], references: ["id"])` : ''}
    ${i < 4 ? `down: [Level${i + 2}!]! @relation(fields: ["id"], references: ["up"])
      page: Level${i + 2}Connection! @relation(fields: ["id"], references: ["up"])` : ''} }`).join('\n')}
  type Card @source(relation: "v_card") { id: Int! person: Person! club: Club }
  type Query { cards: [Card!]! notes: [Note!]! notesConnection: NoteConnection!
    houses: [House!]! rooms: [Room!]! people: [Person!]! clubs: [Club!]! articles: [Article!]!
    remarks: [Remark!]! levels: [Level1!]! ones: Level1Connection! }
`;

const J = 'json_build_object';
// [what, query, SQL for the same JSON]
const CASES = [
  ['by two columns, to many', '{ houses { town number rooms(limit: 2, orderBy: [{id: DESC}]) { id } } }',
    `select json_agg(${J}('town', town, 'number', number, 'rooms', coalesce((select json_agg(${J}('id', id)) from
      (select id from room r where r.town = h.town and r.number = h.number order by id desc limit 2) x), '[]'))
      order by town, number) from house h`],
  ['by two columns, to one, null in a part', '{ rooms { id house { owner } } }',
    `select json_agg(${J}('id', id, 'house', (select ${J}('owner', owner) from house h
      where h.town = r.town and h.number = r.number)) order by id) from room r`],
  ['to itself, both ways, three levels', `{ people(where: {boss: {id: {isNull: false}}}, limit: 8) { id boss { id
      boss { id } } team(offset: 1, limit: 2) { id team(limit: 1) { id } } } }`,
    `select json_agg(${J}('id', p.id, 'boss', (select ${J}('id', b.id, 'boss', (select ${J}('id', c.id) from person c
        where c.id = b.boss_id)) from person b where b.id = p.boss_id),
      'team', coalesce((select json_agg(${J}('id', t.id, 'team', coalesce((select json_agg(${J}('id', u.id)) from
        (select id from person where boss_id = t.id order by id limit 1) u), '[]')) order by id) from
        (select id from person where boss_id = p.id order by id limit 2 offset 1) t), '[]')) order by p.id)
      from (select * from person where boss_id is not null order by id limit 8) p`],
  ['through a link table, both ways', `{ clubs { name members(where: {name: {startsWith: "p1"}}, limit: 3) { id
      clubs(orderBy: [{name: DESC}], limit: 2) { id } } } }`,
    `select json_agg(${J}('name', name, 'members', coalesce((select json_agg(${J}('id', p.id, 'clubs',
        (select json_agg(${J}('id', id)) from (select d.id from member n join club d on d.id = n.club_id
          where n.person_id = p.id order by d.name desc, d.id limit 2) x)) order by p.id)
      from (select p.* from member m join person p on p.id = m.person_id where m.club_id = c.id
        and p.name like 'p1%' order by p.id limit 3) p), '[]')) order by c.id) from club c`],
  ['pages of related rows', `{ clubs { membersConnection(last: 2) { totalCount nodes { id }
      pageInfo { hasPreviousPage hasNextPage } } } }`,
    `select json_agg(${J}('membersConnection', ${J}('totalCount', (select count(*) from member where club_id = c.id),
      'nodes', coalesce((select json_agg(${J}('id', person_id) order by person_id) from
        (select person_id from member where club_id = c.id order by person_id desc limit 2) x), '[]'),
      'pageInfo', ${J}('hasPreviousPage', (select count(*) > 2 from member where club_id = c.id),
        'hasNextPage', false))) order by id) from club c`],
  ['by keys of documents', `{ remarks { id article { title author { name } } } }`,
    `select json_agg(${J}('id', r.id, 'article', (select ${J}('title', a.data->>'title', 'author',
        (select ${J}('name', name) from person p where p.id = (a.data->'meta'->>'author_id')::int))
      from article a where a.id = (r.data->>'article_id')::int)) order by r.id) from remark r`],
  ['by keys of documents, to many, with a filter below', `{
      articles(where: {remarks: {some: {text: {endsWith: "1"}}}}) { id remarks(limit: 2) { id } } people(limit: 3)
        { articles { id } } }`,
    `select json_agg(${J}('id', id, 'remarks', (select json_agg(${J}('id', x.id)) from (select r.id from remark r
        where (r.data->>'article_id')::int = a.id order by r.id limit 2) x)) order by id) from article a
      where exists (select 1 from remark r where (r.data->>'article_id')::int = a.id and r.data->>'text' like '%1')`],
  ['from an embedded object whose document lacks the column', `{ cards(where: {person: {boss: {name: {neq: "p1"}}}},
      orderBy: [{person: {boss: {name: DESC}}}, {id: ASC}], limit: 9) { id person { name boss { name }
      home { name } } club { members(limit: 1) { id } } } }`,
    `select json_agg(${J}('id', id, 'person', ${J}('name', name, 'boss', boss, 'home', home), 'club', club))
      from (select p.id, p.name, ${J}('name', b.name) as boss,
        (select ${J}('name', c.name) from home h join club c on c.id = h.club_id where h.person_id = p.id) as home,
        case when p.id % 2 = 0 then ${J}('members', coalesce((select json_agg(${J}('id', person_id)) from
          (select person_id from member where club_id = 1 + p.id % 6 order by 1 limit 1) m), '[]')) end as club
        from person p join person b on b.id = p.boss_id where b.name <> 'p1' order by b.name desc, p.id limit 9) x`],
  ['the same relation twice with other arguments', `{ houses(where: {town: {eq: "a"}}) { number
      first: rooms(limit: 1) { id } rest: rooms(offset: 1) { id } } }`,
    `select json_agg(${J}('number', number, 'first', coalesce((select json_agg(${J}('id', id)) from (select id from room
        where town = 'a' and number = h.number order by id limit 1) x), '[]'),
      'rest', coalesce((select json_agg(${J}('id', id)) from (select id from room where town = 'a' and
        number = h.number order by id offset 1) x), '[]')) order by number) from house h where town = 'a'`],
];

// 3 rows a level.
const nest = (depth, at = 1) => `{ id name ${at < depth ? `down(limit: 3) ${nest(depth, at + 1)}` : ''} }`;
const nestPages = (depth, at = 1) => `{ nodes { id ${at < depth ? `page(first: 3) ${nestPages(depth, at + 1)}` : ''} }
  pageInfo { hasNextPage } }`;

describe('relations', () => {
  let pg;
  let server;
  let dir;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-relations-'));
    pg = await Postgres.start();
    await pg.sql(SQL);
    await pg.sql(`create view v_article as
      select id, (data->'meta'->>'author_id')::int as author_id, data from article`);
    await pg.sql(`create view v_note as select jsonb_build_object('id', (i * 37) % 50, 'text', 'n' || i % 3) as data
      from generate_series(1, 40) i`);
    await pg.sql(`create view v_card as select p.id, jsonb_build_object(
      'person', jsonb_build_object('id', p.id, 'name', p.name),
      'club', case when p.id % 2 = 0 then jsonb_build_object('id', 1 + p.id % 6) end) as data from person p`);
    await writeFile(join(dir, 'schema.graphql'), SDL);
    server = await Server.start(['serve', '--schema', join(dir, 'schema.graphql'), '--database', pg.url]);
  });
  after(async () => {
    await server?.stop();
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  for (const [what, query, sql] of CASES) {
    it(what, async () => {
      const [got] = Object.values(await server.data(query));
      assert.deepEqual(got, JSON.parse(await pg.sql(sql)));
    });
  }

  it('a link table that repeats itself repeats no rows', async () => {
    const { clubs } = await server.data(`{ clubs { id visitors { id } visitorsAggregate { count sum { id } }
      visitorsConnection(first: 100) { totalCount nodes { id } } } }`);
    const want = JSON.parse(await pg.sql(`select json_agg(json_build_object('id', id, 'ids', (select
      json_agg(distinct person_id) from visit v where v.club_id = c.id)) order by id) from club c`));
    assert.deepEqual(clubs.map((c) => ({ id: c.id, ids: c.visitors.map((v) => v.id) })), want);
    for (const c of clubs) {
      assert.deepEqual(c.visitorsConnection.nodes, c.visitors);
      assert.equal(c.visitorsConnection.totalCount, c.visitors.length);
      assert.deepEqual(c.visitorsAggregate, { count: c.visitors.length,
        sum: { id: String(c.visitors.reduce((a, v) => a + v.id, 0)) } });
    }
  });

  it('to one through a link table, selected, filtered and sorted by', async () => {
    const { people } = await server.data(`{ people(orderBy: [{home: {name: DESC_NULLS_LAST}}],
      where: {OR: [{home: {name: {gt: "club 2"}}}, {NOT: {home: {}}}]}) { id home { id } } }`);
    assert.deepEqual(people, JSON.parse(await pg.sql(`select json_agg(json_build_object('id', p.id, 'home',
      case when c.id is not null then json_build_object('id', c.id) end) order by c.name desc nulls last, p.id)
      from person p left join home h on h.person_id = p.id left join club c on c.id = h.club_id
      where c.name > 'club 2' or c.id is null`)));
  });

  it('a view of documents alone is ordered by their id', async () => {
    const ids = JSON.parse(await pg.sql(
      "select json_agg((data->>'id')::int order by (data->>'id')::int) from v_note"));
    const { notes } = await server.data('{ notes { id } }');
    assert.deepEqual(notes.map((n) => n.id), ids);
    const seen = [];
    for (let after = null, more = true; more;) {
      const { notesConnection: page } = await server.data(`query ($after: String) {
        notesConnection(first: 7, after: $after, orderBy: [{text: DESC}]) { nodes { id text } pageInfo { endCursor
          hasNextPage } } }`, { after });
      seen.push(...page.nodes);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    assert.deepEqual(seen, JSON.parse(await pg.sql(`select json_agg(data order by data->>'text' desc,
      (data->>'id')::int) from v_note`)));
  });

  async function statements(work) {
    let data;
    const found = await pg.executed(async () => { data = await work(); });
    return [data, found];
  }

  /** All nodes of the plan that PostgreSQL makes for a prepared statement, and what they did. */
  async function plan(sql) {
    const casts = sql.match(/\$\d+::\w+/g) ?? [];
    const { stdout } = await run('psql', ['-XAtq', pg.url, '-c', 'set plan_cache_mode = force_generic_plan',
      '-c', `prepare q as ${sql}`, '-c',
      `explain (analyze, format json, timing off) execute q${casts.length ? `(${casts.map(() => 3)})` : ''}`]);
    const nodes = [];
    const visit = (node) => {
      nodes.push(node);
      node.Plans?.forEach(visit);
    };
    visit(JSON.parse(stdout)[0].Plan);
    return nodes;
  }

  /** What every plan must be: children by index, each below a limit; no more rows read than shown. */
  function check(nodes, depth, shown) {
    const scans = nodes.filter((n) => n['Relation Name']);
    for (const scan of scans) {
      const level = Number(scan['Relation Name'].replace('level_', ''));
      if (level > 1) assert.match(scan['Node Type'], /Index/, JSON.stringify(scan));
      assert.ok(scan['Actual Rows'] <= shown, `${scan['Relation Name']}: ${scan['Actual Rows']} rows a loop`);
      assert.ok(scan['Actual Loops'] <= shown ** (level - 1), `${scan['Actual Loops']} loops at level ${level}`);
    }
    assert.deepEqual([...new Set(scans.map((n) => n['Relation Name']))].sort(),
      Array.from({ length: depth }, (_, i) => `level_${i + 1}`));
    assert.ok(nodes.filter((n) => n['Node Type'] === 'Limit').length >= depth);
    assert.ok(!nodes.some((n) => /Join|Nested Loop/.test(n['Node Type'])
      && scans.some((s) => s === n.Plans?.[0]) && scans.some((s) => s === n.Plans?.[1])), 'a join of two tables');
  }

  for (const depth of [1, 2, 3, 4, 5]) {
    it(`${depth} levels are one statement, children by index, limits before what is below`, async () => {
      const [data, sql] = await statements(() => server.data(`{ levels(limit: 3) ${nest(depth)} }`));
      assert.equal(sql.length, 1, sql.join('\n'));
      assert.equal(data.levels.length, 3);
      check(await plan(sql[0]), depth, 3);
    });
    it(`${depth} levels of pages are one statement, too`, async () => {
      const [data, sql] = await statements(() => server.data(`{ ones(first: 3) ${nestPages(depth)} }`));
      assert.equal(sql.length, 1, sql.join('\n'));
      assert.equal(data.ones.nodes.length, 3);
      check(await plan(sql[0]), depth, 4);
    });
  }

  it('as many statements as root fields', async () => {
    const [, sql] = await statements(() => server.data(`{ a: levels(limit: 3) ${nest(4)}
      b: levels(limit: 2, orderBy: [{name: DESC}]) ${nest(3)} houses { rooms { id } } }`));
    const reads = sql.filter((s) => s.startsWith('select'));
    assert.equal(reads.length, 3, sql.join('\n'));
  });

  it('a row of the parent is there once, whatever it has below', async () => {
    const { people } = await server.data('{ people { id clubs { id } team { id } articles { id } } }');
    assert.deepEqual(people.map((p) => p.id), Array.from({ length: 30 }, (_, i) => i + 1));
  });
});

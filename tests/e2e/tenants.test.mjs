// Nobody sees what is not theirs: 64 tenants at once over four connections, reads and writes, errors of every kind and
// killed backends mixed in, row-level security on and forced.
//
// Half of them run as one database role, half as another, anonymous requests between as the connection's.
//
// Every text that a tenant stores begins with its mark, "t17." and so on. Whatever comes back (rows, counts, cursors,
// error texts, headers) is searched for other marks; counts are compared with what the tenant itself has written; and
// at the end the database is asked, as a superuser, whether a row carries the mark of another tenant than its own.
//
// TENANTS_SECONDS=120 lets it run for two minutes instead of fifteen seconds.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';
import { token } from './lib/jwt.mjs';

const TENANTS = 64;
const SECONDS = Number(process.env.TENANTS_SECONDS ?? 15);
const SECRET = 'the tenants test signs its tokens with this secret';
const OWN = "nullif(current_setting('app.tenant_id', true), '')::int";

const SQL = `
create role keeper;
create role app login; create role odd_member; create role even_member;
grant odd_member, even_member to app;
create table doc (id uuid primary key default gen_random_uuid(), tenant_id int not null, name text not null,
  slug text not null unique, data jsonb not null default '{}', unique (tenant_id, name));
create table remark (id uuid primary key default gen_random_uuid(), tenant_id int not null,
  doc_id uuid not null references doc, body text not null);
alter table doc owner to keeper; alter table remark owner to keeper;
create view v_doc with (security_invoker = true) as select id, tenant_id, name,
  jsonb_build_object('id', id, 'name', name, 'secret', name || ' is secret', 'tenant_id', tenant_id) as data from doc;
create view v_breaking with (security_invoker = true) as select id, name, 1 / (length(name) - length(name)) as ratio
  from doc;
alter view v_doc owner to keeper; alter view v_breaking owner to keeper;
do $$ declare t text; begin
  foreach t in array array['doc', 'remark'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (tenant_id = ${OWN.replaceAll("'", "''")})', t);
  end loop;
end $$;
create function add_doc(tenant_id int, name text, slug text) returns doc language sql as
  'insert into doc (tenant_id, name, slug) values (tenant_id, name, slug) returning *';
create function add_remark(tenant_id int, doc_id uuid, body text) returns remark language sql as
  'insert into remark (tenant_id, doc_id, body) values (tenant_id, doc_id, body) returning *';
create function rename_doc(id uuid, name text) returns doc language sql as
  'update doc set name = rename_doc.name where doc.id = rename_doc.id returning *';
create function shout(name text) returns text language plpgsql as
  $$ begin raise exception '% was shouted', name using detail = name, hint = name; end $$;
create function who_am_i() returns text language sql as $$ select 't' || ${OWN} || '.once.' || current_user $$;
create function count_docs() returns int language sql stable as 'select count(*)::int from doc';
grant select, insert, update on all tables in schema public to app, odd_member, even_member;
grant usage on schema fraiseql to app, odd_member, even_member;
grant all on all tables in schema fraiseql to app, odd_member, even_member;
`;

const SDL = `
type Doc @source(relation: "v_doc") {
  id: UUID! name: String! secret: String tenantId: Int
  remarks: [Remark!]! @relation(fields: ["id"], references: ["doc_id"])
}
type Remark @source(relation: "remark") { id: UUID! tenantId: Int! body: String! docId: UUID! }
type Plain @source(relation: "doc") { id: UUID! name: String! slug: String! tenantId: Int! }
type Breaking @source(relation: "v_breaking") { id: UUID! name: String! ratio: Int }
type Query {
  doc(id: UUID!): Doc
  docs: [Doc!]!
  docsConnection: DocConnection!
  plains: [Plain!]!
  breaking: [Breaking!]!
}
type Mutation {
  addDoc(name: String!, slug: String!): Plain @function(name: "add_doc", context: ["tenant_id"])
  addRemark(docId: UUID!, body: String!): Remark @function(name: "add_remark", context: ["tenant_id"])
  renameDoc(id: UUID!, name: String!): Plain @function(name: "rename_doc")
  shout(name: String!): String @function(name: "shout")
  whoAmI: String @function(name: "who_am_i")
  countDocs: Int @function(name: "count_docs")
}
`;

const ADD = 'mutation ($n: String!, $s: String!) { addDoc(name: $n, slug: $s) { id name tenantId } }';
const PAGE = `query ($after: String) { docsConnection(first: 3, after: $after) {
  totalCount edges { cursor node { name tenantId } } pageInfo { hasNextPage endCursor } } }`;

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const marks = (text) => new Set([...text.matchAll(/\bt(\d+)\./g)].map((m) => Number(m[1])));

class Tenant {
  constructor(number, world) {
    this.number = number;
    this.world = world;
    const claims = {
      sub: `user-${number}`, tenant_id: number, db_role: number % 2 ? 'odd_member' : 'even_member',
    };
    this.headers = {
      authorization: `Bearer ${token(claims, SECRET)}`,
    };
    this.docs = []; // written and acknowledged
    this.maybe = 0; // writes without an answer: the connection was lost
    this.serial = 0;
    this.cursors = [];
  }

  text(what) {
    this.serial += 1;
    return `t${this.number}.${what}${this.serial}`;
  }

  /** One request; its answer must be free of others' marks. */
  async ask(query, variables, headers = {}) {
    const { world } = this;
    const answer = await world.server.post({ query, variables }, { ...this.headers, ...headers });
    world.requests += 1;
    const all = answer.text + [...answer.headers].join();
    const seen = [...marks(all)].filter((mark) => mark !== this.number);
    if (seen.length) world.found.push(`tenant ${this.number} saw ${seen}: ${query} ${all}`);
    for (const { extensions } of answer.body.errors ?? []) {
      world.errors[extensions.code] = (world.errors[extensions.code] ?? 0) + 1;
    }
    return answer.body;
  }

  wrong(what, got) {
    this.world.found.push(`tenant ${this.number}: ${what}: ${JSON.stringify(got)}`);
  }

  /** How many it may see: what it wrote, and what it may have written. */
  checkCount(what, got, least) {
    if (got < least || got > this.docs.length + this.maybe) {
      this.wrong(`${what}: ${got}, not ${least} to ${this.docs.length + this.maybe}`);
    }
  }

  async add() {
    const [n, s] = [this.text('doc'), this.text('slug')];
    const { data, errors } = await this.ask(ADD, { n, s });
    if (data?.addDoc) {
      if (data.addDoc.name !== n || data.addDoc.tenantId !== this.number) this.wrong('added', data);
      this.docs.push({ id: data.addDoc.id, name: n, slug: s });
    } else if (errors.some((e) => e.extensions.code !== 'CONFLICT')) this.maybe += 1;
  }

  async list() {
    const least = this.docs.length;
    const { data } = await this.ask('{ docs(limit: 1000) { name secret tenantId remarks { body tenantId } } }');
    if (!data) return;
    this.checkCount('rows', data.docs.length, least);
    const foreign = data.docs.filter((d) => d.tenantId !== this.number
      || d.remarks.some((r) => r.tenantId !== this.number));
    if (foreign.length) this.wrong('foreign rows', foreign);
  }

  async find() {
    const own = pick(this.docs);
    const other = pick(this.world.tenants).docs.at(-1);
    if (!own || !other) return;
    const { data } = await this.ask(`query ($a: UUID!, $b: UUID!) {
      own: doc(id: $a) { name } other: doc(id: $b) { name } }`, { a: own.id, b: other.id });
    if (!data) return;
    if (data.own && data.own.name !== own.name) this.wrong('not its own', data);
    if (data.other && !this.docs.includes(other)) this.wrong('another tenant\'s', data);
  }

  async filter() {
    const { data } = await this.ask(`{ plains(where: {name: {startsWith: "t"}}, orderBy: [{name: DESC}], limit: 5) {
      name tenantId } count: docsConnection(where: {name: {contains: "."}}) { totalCount } }`);
    if (data?.plains?.some((d) => d.tenantId !== this.number)) this.wrong('filtered', data);
    if (data?.count) this.checkCount('total', data.count.totalCount, 0);
  }

  async page() {
    const least = this.docs.length;
    const after = Math.random() < 0.5 ? pick(this.cursors) : pick(pick(this.world.tenants).cursors);
    const { data } = await this.ask(PAGE, { after });
    const page = data?.docsConnection;
    if (!page) return;
    this.checkCount('total of a page', page.totalCount, least);
    if (page.edges.some(({ node }) => node.tenantId !== this.number)) this.wrong('a page', page);
    for (const { cursor } of page.edges) {
      const inside = marks(Buffer.from(cursor, 'base64').toString('latin1'));
      if ([...inside].some((mark) => mark !== this.number)) this.wrong('a cursor', cursor);
      this.cursors = [...this.cursors.slice(-5), cursor];
    }
  }

  async fail() {
    const own = pick(this.docs);
    const other = pick(pick(this.world.tenants).docs);
    await pick([
      () => this.ask('{ breaking { name ratio } docs(limit: 2) { name } }'),
      () => this.ask('mutation ($n: String!) { shout(name: $n) }', { n: this.text('shout') }),
      () => own && this.ask(ADD, { n: own.name, s: this.text('slug') }), // its own name again
      () => other && this.ask(ADD, { n: this.text('doc'), s: other.slug }).then(({ data }) => {
        if (data?.addDoc) this.wrong('another\'s slug again', data);
      }),
      () => other && this.ask('mutation ($d: UUID!, $b: String!) { addRemark(docId: $d, body: $b) { body } }',
        { d: randomUUID(), b: this.text('remark') }),
      () => this.ask('{ doc(id: "nonsense") { name } }'),
      () => this.ask('{ nothing }'),
    ])();
  }

  async write() {
    const own = pick(this.docs);
    const other = pick(pick(this.world.tenants).docs);
    if (own) {
      await this.ask('mutation ($d: UUID!, $b: String!) { addRemark(docId: $d, body: $b) { body } }',
        { d: own.id, b: this.text('remark') });
    }
    if (other && !this.docs.includes(other)) {
      const { data } = await this.ask('mutation ($i: UUID!, $n: String!) { renameDoc(id: $i, name: $n) { id name } }',
        { i: other.id, n: this.text('stolen') });
      if (data?.renameDoc) this.wrong('renamed another tenant\'s', data);
    }
  }

  /** The same key, document and variables for all: the answers must be each tenant's own. */
  async once() {
    const key = { 'idempotency-key': `key-${this.world.round}` };
    const name = `t${this.number}.once.${this.number % 2 ? 'odd' : 'even'}_member`;
    const { data } = await this.ask('mutation { whoAmI }', undefined, key);
    if (data?.whoAmI && data.whoAmI !== name) this.wrong('a replayed answer', data);
  }

  async several() {
    const n = this.text('doc');
    const { data } = await this.ask(`mutation ($n: String!, $s: String!, $x: String!) @atomic {
      before: countDocs addDoc(name: $n, slug: $s) { name } shout(name: $x) }`, { n, s: n, x: n });
    if (data?.addDoc) this.wrong('rolled back, but answered', data);
  }

  async run(until) {
    while (Date.now() < until) {
      await pick([this.add, this.list, this.find, this.filter, this.page, this.fail, this.fail, this.write,
        this.several, this.once]).call(this);
    }
  }
}

/** Requests without identity in between: they must see nothing at all. */
async function anonymous(world, until) {
  while (Date.now() < until) {
    const { body, text } = await world.server.post({ query: '{ docs { name } docsConnection { totalCount } }' });
    world.requests += 1;
    if (marks(text).size || body.data?.docs?.length || body.data?.docsConnection?.totalCount) {
      world.found.push(`anonymous: ${text}`);
    }
    await new Promise((next) => { setTimeout(next, 5); });
  }
}

/** Ends or interrupts a backend of the server now and then. */
async function killer(world, until) {
  while (Date.now() < until) {
    const act = Math.random() < 0.5 ? 'pg_terminate_backend' : 'pg_cancel_backend';
    world.kills += Number(await world.pg.sql(`select count(*) from (select ${act}(pid) from pg_stat_activity
      where application_name = 'fraiseql' and usename = 'app' order by random() limit 1) s`));
    await new Promise((next) => { setTimeout(next, 200 + Math.random() * 200); });
  }
}

describe('tenants', () => {
  let f;
  before(async () => {
    f = await Fixture.start({
      sql: SQL,
      sdl: SDL,
      user: 'app',
      args: ['--workers', '1', '--pool-fast', '1', '--pool-isolated', '2', '--pool-slow', '1', '--auth-secret', SECRET,
        '--auth-claim-database-role', 'db_role', '--auth-database-roles', 'odd_member even_member'],
    });
  });
  after(async () => { await f?.stop(); });

  it(`${TENANTS} of them for ${SECONDS} s see nothing of each other`, async (t) => {
    const world = { server: f.server, pg: f.pg, requests: 0, kills: 0, errors: {}, found: [], round: 0 };
    world.tenants = Array.from({ length: TENANTS }, (_, i) => new Tenant(i + 1, world));
    const rounds = setInterval(() => { world.round += 1; }, 500);
    const until = Date.now() + SECONDS * 1000;
    await Promise.all([anonymous(world, until), killer(world, until),
      ...world.tenants.map((tenant) => tenant.run(until))]);
    clearInterval(rounds);

    for (const tenant of world.tenants) { // quiet again: exact
      const { data } = await tenant.ask('{ docsConnection { totalCount } }');
      tenant.checkCount('total at the end', data.docsConnection.totalCount, tenant.docs.length);
    }
    assert.equal(await f.pg.sql(`select count(*) from doc where name not like 't' || tenant_id || '.%'`), '0');
    assert.equal(await f.pg.sql(`select count(*) from remark r join doc d on d.id = r.doc_id
      where r.body not like 't' || r.tenant_id || '.%' or r.tenant_id <> d.tenant_id`), '0');
    const written = world.tenants.reduce((sum, tenant) => sum + tenant.docs.length, 0);
    t.diagnostic(`${world.requests} requests, ${written} documents written, ${world.kills} backends killed or `
      + `interrupted, errors ${JSON.stringify(world.errors)}`);
    assert.deepEqual(world.found, []);
    assert.ok(written >= TENANTS / 4, 'too little was written to say anything');
    for (const code of ['CONFLICT', 'MUTATION_FAILED', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']) {
      assert.ok(world.errors[code] > 0, `no error ${code}`);
    }
    assert.ok(world.kills > 0);
  });
});

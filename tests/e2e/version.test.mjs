// Optimistic locking: a change of a row that was changed in the meantime is a conflict which shows the current row,
// whatever the version is made of; of many writers that saw the same version exactly one gets through.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Fixture } from './lib/fixture.mjs';

const SQL = `
create table doc (id int primary key, title text not null default 'untitled', body text, version int not null default
1);
create view v_doc as select id, jsonb_build_object('title', upper(title), 'version', version) as data from doc;
create table memo (id uuid primary key, text text not null, changed timestamptz not null default now());
create table tag (name text primary key, info text, stamp uuid not null default gen_random_uuid());
create table plain (id int primary key, name text not null);
create table country (code char(3) primary key, name text not null default 'none', people int);
create table rate (at timestamptz(0), amount numeric(4,1), note text not null default 'none', version int not null
default 1, primary key (at, amount));
`;

const SEED = `
truncate doc, memo, tag, plain, country, rate;
insert into doc values (1, 'one', 'first', 1), (2, 'two', 'second', 5), (3, 'three', null, 9);
insert into memo values ('00000000-0000-4000-8000-000000000001', 'm', '2026-01-02 03:04:05.678901Z');
insert into tag values ('t', 'i', '00000000-0000-4000-8000-00000000000a');
insert into plain values (1, 'p');
insert into country values ('ab', 'old', 7), ('xyz', 'other', 9);
insert into rate values ('2026-01-02 03:04:05Z', 1.5, 'old', 3);
`;

const SDL = `
type Doc @source(relation: "doc") @version(field: "version") { id: Int! title: String! body: String version: Int! }
type DocView @source(relation: "v_doc") { id: Int! title: String! version: Int! }
type Memo @source(relation: "memo") { id: UUID! text: String! changed: DateTime! }
type Tag @source(relation: "tag") { name: String! info: String stamp: UUID! }
type Plain @source(relation: "plain") { id: Int! name: String! xmin: ID! }
type Country @source(relation: "country") { code: String! name: String! people: Int }
type Rate @source(relation: "rate") @version(field: "version") { at: DateTime! amount: Decimal! note: String! version:
Int! }
input PutCountry { code: String! name: String people: Int }
input PutRate @version(field: "version") { at: DateTime! amount: Decimal! note: String version: Int }
union RateResult = RateDone | RateError
type RateDone { rate: Rate! }
type RateError { code: String! conflictRate: Rate }
input NewDoc { id: Int! title: String }
input ChangeDoc @version(field: "version") { id: Int! title: String body: String version: Int! }
input MaybeDoc @version(field: "version") { id: Int! title: String body: String version: Int }
input DocTitle { title: String }
input ChangeMemo @version(field: "changed") { id: UUID! text: String changed: DateTime! }
input PutTag @version(field: "stamp") { name: String! info: String stamp: UUID }
input ChangePlain @version(field: "xmin") { id: Int! name: String xmin: ID! }
union DocResult = DocDone | DocError
type DocDone { doc: Doc! }
type DocError { code: String! status: String message: String! conflictDoc: Doc errors: [Problem!] }
type Problem { path: [String!]! code: String! }
union ViewResult = ViewDone | ViewError
type ViewDone { doc: DocView! }
type ViewError { code: String! conflictDoc: DocView }
union DocsResult = DocsDone | DocError
type DocsDone { docs: [Doc!]! }
type Query { docs: [Doc!]! plains: [Plain!]! }
type Mutation {
  addDoc(input: NewDoc!): Doc! @write(table: "doc", action: INSERT)
  changeDoc(input: ChangeDoc!): DocResult! @write(table: "doc", action: UPDATE)
  changeDocPlain(input: ChangeDoc!): Doc @write(table: "doc", action: UPDATE)
  changeDocView(input: ChangeDoc!): ViewResult! @write(table: "doc", action: UPDATE)
  changeDocs(input: [ChangeDoc!]!): DocsResult! @write(table: "doc", action: UPDATE)
  changeEach(input: [ChangeDoc!]!): [DocResult!]! @write(table: "doc", action: UPDATE)
  putEach(input: [MaybeDoc!]!): [DocResult!]! @write(table: "doc", action: UPSERT)
  changeMaybe(input: MaybeDoc!): DocResult! @write(table: "doc", action: UPDATE)
  rename(id: Int!, input: DocTitle!): Doc @write(table: "doc", action: UPDATE)
  renameAll(where: DocWhereInput!, input: DocTitle!): [Doc!]! @write(table: "doc", action: UPDATE)
  putDoc(input: MaybeDoc!): DocResult! @write(table: "doc", action: UPSERT)
  putDocs(input: [MaybeDoc!]!): [Doc!] @write(table: "doc", action: UPSERT)
  dropDoc(id: Int!, version: Int!): DocResult! @write(table: "doc", action: DELETE)
  renameDone(id: Int!, input: DocTitle!): Boolean @write(table: "doc", action: UPDATE)
  renameCount(where: DocWhereInput!, input: DocTitle!): Int @write(table: "doc", action: UPDATE)
  dropDone(id: Int!, version: Int!): Boolean @write(table: "doc", action: DELETE)
  changeMemo(input: ChangeMemo!): Memo @write(table: "memo", action: UPDATE)
  putTag(input: PutTag!): Tag @write(table: "tag", action: UPSERT)
  putCountries(input: [PutCountry!]!): [Country!] @write(table: "country", action: UPSERT)
  putRate(input: PutRate!): RateResult! @write(table: "rate", action: UPSERT)
  putRates(input: [PutRate!]!): [Rate!] @write(table: "rate", action: UPSERT)
  putRatesEach(input: [PutRate!]!): [RateResult!] @write(table: "rate", action: UPSERT)
  changePlain(input: ChangePlain!): Plain @write(table: "plain", action: UPDATE)
}
`;

const DOCS = "select string_agg(concat_ws('/', id, title, body, version), ' ' order by id) from doc";
const MEMO = '00000000-0000-4000-8000-000000000001';

describe('optimistic locking', () => {
  let f;
  before(async () => { f = await Fixture.start({ sql: SQL, sdl: SDL }); });
  after(async () => assert.deepEqual(await f?.stop(), { code: 0, signal: null }));
  beforeEach(() => f.pg.sql(SEED));

  const post = async (query, variables) => (await f.server.post({ query, variables })).body;
  const data = async (query, variables) => f.server.data(query, variables);
  const codes = (body) => body.errors?.map((e) => [e.extensions.code, ...e.path]);

  it('a number grows by one', async () => {
    assert.deepEqual(await data(`mutation { changeDoc(input: {id: 2, title: "TWO", version: 5}) {
      ... on DocDone { doc { title body version } } } }`),
      { changeDoc: { doc: { title: 'TWO', body: 'second', version: 6 } } });
    assert.equal(await f.pg.sql(DOCS), '1/one/first/1 2/TWO/second/6 3/three/9');
  });
  it('an old version is a conflict with the current row', async () => {
    assert.deepEqual(await data(`mutation { changeDoc(input: {id: 2, title: "X", version: 4}) {
      ... on DocError { code status message conflictDoc { id title version } again: conflictDoc { body } } } }`), {
      changeDoc: {
        code: 'CONFLICT', status: 'conflict:version', message: 'The row was changed in the meantime.',
        conflictDoc: { id: 2, title: 'two', version: 5 }, again: { body: 'second' },
      },
    });
    assert.equal(await f.pg.sql(DOCS), '1/one/first/1 2/two/second/5 3/three/9');
  });
  it('an error behind a conflict shows no row of it', async () => {
    assert.deepEqual(await data(`mutation {
      a: changeDoc(input: {id: 2, title: "X", version: 4}) { ... on DocError { code conflictDoc { id } } }
      b: changeDoc(input: {id: 2, title: null, version: 5}) { ... on DocError { code conflictDoc { id } } } }`), {
      a: { code: 'CONFLICT', conflictDoc: { id: 2 } }, b: { code: 'BAD_USER_INPUT', conflictDoc: null },
    });
  });
  it('a missing row is no conflict', async () => {
    assert.deepEqual(await data(`mutation { changeDoc(input: {id: 9, version: 1, title: "X"}) {
      ... on DocError { code conflictDoc { id } } } }`),
      { changeDoc: { code: 'NOT_FOUND', conflictDoc: null } });
  });
  it('without a union both are errors', async () => {
    const body = await post(`mutation { a: changeDocPlain(input: {id: 2, version: 1, title: "X"}) { id }
      b: changeDocPlain(input: {id: 9, version: 1, title: "X"}) { id } }`);
    assert.deepEqual(codes(body), [['CONFLICT', 'a'], ['NOT_FOUND', 'b']]);
  });
  it('shows the row as a view does', async () => {
    assert.deepEqual(await data(`mutation {
      a: changeDocView(input: {id: 2, title: "X", version: 4}) { ... on ViewError { code conflictDoc { title version }
      } }
      b: changeDocView(input: {id: 2, title: "new", version: 5}) { ... on ViewDone { doc { title version } } } }`), {
      a: { code: 'CONFLICT', conflictDoc: { title: 'TWO', version: 5 } }, b: { doc: { title: 'NEW', version: 6 } },
    });
  });
  it('nothing to change keeps the version', async () => {
    assert.deepEqual(await data(
      'mutation { changeDoc(input: {id: 2, version: 5}) { ... on DocDone { doc { version } } } }'),
      { changeDoc: { doc: { version: 5 } } });
  });
  it('every change of the type\'s rows moves the version on', async () => {
    assert.deepEqual(await data(`mutation { rename(id: 1, input: {title: "r"}) { version }
      renameAll(where: {version: {gte: 5}}, input: {title: "s"}) { id version } }`),
    { rename: { version: 2 }, renameAll: [{ id: 2, version: 6 }, { id: 3, version: 10 }] });
  });
  it('also when the field does not give them', async () => {
    const body = await post(`mutation { renameDone(id: 1, input: {title: "r"})
      renameCount(where: {version: {gte: 5}}, input: {title: "s"}) dropDone(id: 1, version: 1) }`);
    assert.deepEqual(body.data, { renameDone: true, renameCount: 2, dropDone: null });
    assert.deepEqual(codes(body), [['CONFLICT', 'dropDone']]);
    assert.equal(await f.pg.sql(DOCS), '1/r/first/2 2/s/second/6 3/s/10');
  });
  it('a version that may be left out is compared when it is there', async () => {
    assert.deepEqual(await data(`mutation { a: changeMaybe(input: {id: 2, title: "a"}) { ... on DocDone { doc {
    version } } }
      b: changeMaybe(input: {id: 2, title: "b", version: null}) { ... on DocDone { doc { version } } }
      c: changeMaybe(input: {id: 2, title: "c", version: 5}) { ... on DocError { code conflictDoc { version } } } }`),
    { a: { doc: { version: 6 } }, b: { doc: { version: 7 } }, c: { code: 'CONFLICT', conflictDoc: { version: 7 } } });
  });
  it('a batch stands or falls as a whole', async () => {
    assert.deepEqual(await data(`mutation {
      a: changeDocs(input: [{id: 1, version: 1, title: "x"}, {id: 2, version: 4, title: "y"}]) {
        ... on DocError { code errors { path code } } }
      b: changeDocs(input: [{id: 3, version: 9, title: "z"}, {id: 1, version: 1, title: "x"}]) {
        ... on DocsDone { docs { id title version } } } }`), {
      a: { code: 'CONFLICT', errors: [{ path: ['input', '1'], code: 'CONFLICT' }] },
      b: { docs: [{ id: 3, title: 'z', version: 10 }, { id: 1, title: 'x', version: 2 }] },
    });
    assert.equal(await f.pg.sql(DOCS), '1/x/first/2 2/two/second/5 3/z/10');
  });
  it('each item of a batch by itself', async () => {
    assert.deepEqual(await data(`mutation {
      a: changeEach(input: [{id: 1, version: 1, title: "x"}, {id: 2, version: 4, title: "y"}, {id: 9, version: 1}]) {
        ... on DocDone { doc { title version } } ... on DocError { code conflictDoc { title version } } }
      b: putEach(input: [{id: 7, title: "n", version: 3}, {id: 2, title: "n", version: 3}, {id: 3, title: "m"}]) {
        ... on DocDone { doc { title version } } ... on DocError { code conflictDoc { title version } } } }`), {
      a: [{ doc: { title: 'x', version: 2 } }, { code: 'CONFLICT', conflictDoc: { title: 'two', version: 5 } },
        { code: 'NOT_FOUND', conflictDoc: null }],
      b: [{ doc: { title: 'n', version: 1 } }, { code: 'CONFLICT', conflictDoc: { title: 'two', version: 5 } },
        { doc: { title: 'm', version: 10 } }],
    });
    assert.equal(await f.pg.sql(DOCS), '1/x/first/2 2/two/second/5 3/m/10 7/n/1');
  });
  it('upsert: new rows begin with the default, old ones are compared', async () => {
    assert.deepEqual(await data(`mutation { a: putDoc(input: {id: 7, title: "n", version: 3}) { ... on DocDone { doc {
    version } } }
      b: putDoc(input: {id: 2, title: "n", version: 3}) { ... on DocError { code conflictDoc { version } } }
      c: putDoc(input: {id: 2, title: "n", version: 5}) { ... on DocDone { doc { title version } } }
      d: putDocs(input: [{id: 3, title: "d", version: 9}, {id: 8, title: "e"}, {id: 2, title: "f"}]) { id title
      version } }`), {
      a: { doc: { version: 1 } }, b: { code: 'CONFLICT', conflictDoc: { version: 5 } },
      c: { doc: { title: 'n', version: 6 } },
      d: [{ id: 3, title: 'd', version: 10 }, { id: 8, title: 'e', version: 1 }, { id: 2, title: 'f', version: 7 }],
    });
    const body = await post('mutation { putDocs(input: [{id: 4}, {id: 3, title: "d", version: 9}]) { id } }');
    assert.deepEqual(codes(body), [['CONFLICT', 'putDocs']]);
    assert.equal(await f.pg.sql(DOCS), '1/one/first/1 2/f/second/7 3/d/10 7/n/1 8/e/1');
  });
  describe('upsert by a key that the column stores with less than was sent', () => {
    const RATES = `select string_agg(concat_ws('/', at at time zone 'UTC', amount, note, version), ' '
      order by at, amount) from rate`;
    const OLD = '2026-01-02 03:04:05/1.5/old/3';
    const SENT = 'at: "2026-01-02T03:04:05.4Z", amount: "1.46"';
    it('char(n), padded', async () => {
      assert.deepEqual(await data(`mutation { putCountries(input: [{code: "cd"}, {code: "ab", name: "new"},
        {code: "xyz", people: 10}]) { code name people } }`), {
        putCountries: [{ code: 'cd ', name: 'none', people: null }, { code: 'ab ', name: 'new', people: 7 },
          { code: 'xyz', name: 'other', people: 10 }],
      });
      assert.equal(await f.pg.sql("select string_agg(code || name || people, ' ' order by code) from country"),
        'abnew7 xyzother10');
    });
    it('numeric(p,s) and timestamptz(0), rounded: the batch', async () => {
      const NEW = 'at: "2026-01-03T00:00:00.6Z", amount: "2.04", note: "first"';
      assert.deepEqual(await data(`mutation { putRates(input: [{${SENT}, note: "new", version: 3}, {${NEW}}]) {
        amount note version } }`), {
        putRates: [{ amount: '1.5', note: 'new', version: 4 }, { amount: '2.0', note: 'first', version: 1 }],
      });
      assert.equal(await f.pg.sql(RATES), '2026-01-02 03:04:05/1.5/new/4 2026-01-03 00:00:01/2.0/first/1');
    });
    it('another version is a conflict', async () => {
      const old = `input: {${SENT}, note: "new", version: 2}`;
      const select = '{ ... on RateError { code conflictRate { amount version } } }';
      const conflict = { code: 'CONFLICT', conflictRate: { amount: '1.5', version: 3 } };
      assert.deepEqual(await data(`mutation { putRate(${old}) ${select} putRatesEach(${old}) ${select} }`),
        { putRate: conflict, putRatesEach: [conflict] });
      assert.deepEqual(codes(await post(`mutation { putRates(${old}) { amount } }`)), [['CONFLICT', 'putRates']]);
      assert.equal(await f.pg.sql(RATES), OLD);
    });
    it('two items that are one row are refused', async () => {
      const body = await post(`mutation { putRates(input: [{${SENT}}, {at: "2026-01-02T03:04:05Z", amount: "1.5"}]) {
        amount } }`);
      assert.deepEqual(codes(body), [['BAD_USER_INPUT', 'putRates']]);
      assert.equal(await f.pg.sql(RATES), OLD);
    });
  });
  it('delete', async () => {
    assert.deepEqual(await data(`mutation { a: dropDoc(id: 2, version: 4) { ... on DocError { code conflictDoc {
    version } } }
      b: dropDoc(id: 2, version: 5) { ... on DocDone { doc { title } } }
      c: dropDoc(id: 2, version: 5) { ... on DocError { code } } }`), {
      a: { code: 'CONFLICT', conflictDoc: { version: 5 } }, b: { doc: { title: 'two' } }, c: { code: 'NOT_FOUND' },
    });
    assert.equal(await f.pg.sql(DOCS), '1/one/first/1 3/three/9');
  });
  it('a timestamp moves forward, to the microsecond', async () => {
    const change = (changed) => post('mutation($i: ChangeMemo!) { changeMemo(input: $i) { text changed } }',
      { i: { id: MEMO, text: 'new', changed } });
    assert.deepEqual(codes(await change('2026-01-02T03:04:05.678902Z')), [['CONFLICT', 'changeMemo']]);
    const { data: { changeMemo } } = await change('2026-01-02T04:04:05.678901+01:00');
    assert.equal(changeMemo.text, 'new');
    assert.equal(await f.pg.sql(`select changed = '${changeMemo.changed}'
      and changed > '2026-01-02 03:04:05.678901Z' from memo`), 't');
  });
  it('a timestamp in the future still moves forward', async () => {
    await f.pg.sql("update memo set changed = '2999-01-01 00:00:00Z'");
    const { changeMemo } = await data('mutation($i: ChangeMemo!) { changeMemo(input: $i) { changed } }',
      { i: { id: MEMO, text: 'new', changed: '2999-01-01T00:00:00Z' } });
    assert.match(changeMemo.changed, /^2999-01-01T00:00:00\.000001/);
  });
  it('a uuid becomes another', async () => {
    const old = '00000000-0000-4000-8000-00000000000a';
    const { putTag } = await data('mutation($i: PutTag!) { putTag(input: $i) { info stamp } }',
      { i: { name: 't', info: 'j', stamp: old } });
    assert.equal(putTag.info, 'j');
    assert.notEqual(putTag.stamp, old);
    assert.deepEqual(codes(await post('mutation($i: PutTag!) { putTag(input: $i) { info } }',
      { i: { name: 't', info: 'k', stamp: old } })), [['CONFLICT', 'putTag']]);
  });
  it('xmin needs no column', async () => {
    const { plains: [{ xmin }] } = await data('{ plains { xmin } }');
    assert.equal(xmin, await f.pg.sql('select xmin from plain'));
    const change = (name) => post('mutation($i: ChangePlain!) { changePlain(input: $i) { name xmin } }',
      { i: { id: 1, name, xmin } });
    const { data: { changePlain } } = await change('q');
    assert.equal(changePlain.name, 'q');
    assert.notEqual(changePlain.xmin, xmin);
    assert.deepEqual(codes(await change('r')), [['CONFLICT', 'changePlain']]);
  });

  it('of many writers that saw the same version one gets through', async () => {
    const rounds = 10;
    const writers = 16;
    for (let round = 0; round < rounds; round += 1) {
      const version = 1 + round;
      const answers = await Promise.all(Array.from({ length: writers }, (_, i) => data(
        `mutation($i: ChangeDoc!) { changeDoc(input: $i) { __typename ... on DocDone { doc { body version } }
          ... on DocError { code conflictDoc { body version } } } }`,
        { i: { id: 1, body: `${round}:${i}`, version } })));
      const done = answers.filter((a) => a.changeDoc.doc);
      assert.equal(done.length, 1);
      assert.equal(done[0].changeDoc.doc.version, version + 1);
      for (const { changeDoc } of answers.filter((a) => !a.changeDoc.doc)) {
        assert.equal(changeDoc.code, 'CONFLICT');
        assert.deepEqual(changeDoc.conflictDoc, done[0].changeDoc.doc, 'the conflict shows what the winner wrote');
      }
    }
    assert.equal(await f.pg.sql('select version from doc where id = 1'), String(1 + rounds));
  });
  it('upserts of one key at the same time all succeed, and one row is there', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => data(
      'mutation($i: MaybeDoc!) { putDoc(input: $i) { __typename ... on DocDone { doc { version } } } }',
      { i: { id: 50, title: `w${i}` } })));
    const versions = answers.map((a) => a.putDoc.doc.version).sort((a, b) => a - b);
    assert.deepEqual(versions, Array.from({ length: 24 }, (_, i) => i + 1));
    assert.equal(await f.pg.sql('select count(*), max(version) from doc where id = 50'), '1|24');
  });
});

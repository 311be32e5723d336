// Who a request is from: bearer tokens, good and bad, from every source of keys; what the database sees of them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { keyPair, now, token } from './lib/jwt.mjs';
import { Postgres } from './lib/postgres.mjs';
import { Server, inherited, program } from './lib/server.mjs';

const SECRET = 'a secret of more than thirty-two bytes, for tests';

const SQL = `
create role member_role; create role guest_role; create role no_login_role;
create table note (id int primary key, name text);
insert into note values (1, 'one');
grant select, insert on note to member_role, guest_role;
create view session_view as select 1 as id,
  nullif(current_setting('app.user_id', true), '') as user_id,
  nullif(current_setting('app.tenant_id', true), '') as tenant_id,
  nullif(current_setting('app.role', true), '') as role,
  nullif(current_setting('app.request_id', true), '') as request_id,
  nullif(current_setting('app.claims', true), '')::jsonb as claims,
  nullif(current_setting('app.plan', true), '') as plan,
  nullif(current_setting('app.groups', true), '') as groups,
  current_setting('is_superuser') as super,
  current_user::text as db_user, pg_backend_pid() as pid;
grant select on session_view to member_role, guest_role;
create function whoami(user_id text, tenant_id text, plan text, suffix text) returns text language sql as
  $$ select concat_ws('/', coalesce(user_id, '-'), coalesce(tenant_id, '-'), coalesce(plan, '-'), suffix) $$;
create function write_session() returns text language sql volatile as
  $$ select concat_ws('/', current_setting('app.user_id', true), current_user) $$;
`;

const SDL = `
type Session @source(relation: "session_view") {
  id: Int! userId: String tenantId: String role: String requestId: String claims: JSON plan: String groups: String
  dbUser: String! pid: Int!
}
type Note @source(relation: "note") { id: Int! name: String }
type Query { session(id: Int! = 1): Session notes: [Note!]! }
type Mutation {
  whoami(suffix: String!): String @function(name: "whoami", context: ["user_id", "tenant_id", "plan"])
  writeSession: String @function(name: "write_session")
}
`;

const SESSION = '{ session { userId tenantId role requestId claims plan groups dbUser } }';
const bearer = (text) => ({ authorization: `Bearer ${text}` });

describe('bearer tokens', () => {
  let pg;
  let dir;
  let schema;
  const start = (...args) => Server.start(['serve', '--schema', schema, '--database', pg.url, '--workers', '1',
    '--no-log-access', ...args]);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fraiseql-auth-'));
    schema = join(dir, 'schema.graphql');
    await writeFile(schema, SDL);
    pg = await Postgres.start();
    await promisify(execFile)(program, ['db', 'install', '--database', pg.url], { env: inherited });
    await pg.sql(SQL);
  });
  after(async () => {
    await pg?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  describe('with a secret', () => {
    let server;
    before(async () => {
      server = await start('--auth-secret', SECRET, '--auth-issuer', 'https://issuer.example', '--auth-audience', 'api',
        '--auth-settings', 'app.plan=https://example.com/claims.plan app.groups=groups',
        '--auth-claim-role', 'realm_access.roles', '--introspection', 'authenticated', '--auth-leeway', '5s');
    });
    after(() => server?.stop());

    const good = (more) => ({
      iss: 'https://issuer.example', aud: ['web', 'api'], sub: 'ada', tenant_id: 7, ...more,
    });

    it('claims become session settings', async () => {
      const claims = good({
        realm_access: { roles: ['editor', 'author'] }, 'https://example.com/claims': { plan: 'gold' }, groups: [1, 'b'],
        exp: now() + 100,
      });
      const { body } = await server.post({ query: SESSION },
        { ...bearer(token(claims, SECRET)), 'x-request-id': 'request-1' });
      assert.deepEqual(body.data.session, {
        userId: 'ada', tenantId: '7', role: 'editor', requestId: 'request-1', claims, plan: 'gold', groups: '[1,"b"]',
        dbUser: 'test',
      });
    });

    it('nothing stays for the next request on the same connection', async () => {
      const nothing = {
        userId: null, tenantId: null, role: null, requestId: null, claims: null, plan: null, groups: null,
        dbUser: 'test',
      };
      for (let i = 0; i < 20; i += 1) {
        await server.post({ query: SESSION }, bearer(token(good({ sub: `user ${i}` }), SECRET)));
        assert.deepEqual((await server.post({ query: SESSION })).body.data.session, nothing);
        const { body } = await server.post({ query: SESSION }, bearer(token(good({ tenant_id: undefined }), SECRET)));
        assert.equal(body.data.session.tenantId, null);
        assert.equal(body.data.session.userId, 'ada');
      }
    });

    it('functions get context values, anonymous ones null', async () => {
      const query = 'mutation { whoami(suffix: "x") writeSession }';
      const claims = good({ 'https://example.com/claims': { plan: 'gold' } });
      assert.deepEqual((await server.post({ query }, bearer(token(claims, SECRET)))).body.data,
        { whoami: 'ada/7/gold/x', writeSession: 'ada/test' });
      assert.deepEqual((await server.post({ query })).body.data, { whoami: '-/-/-/x', writeSession: '/test' });
    });

    it('one Idempotency-Key is another one for each identity', async () => {
      const plan = (name) => ({ sub: undefined, 'https://example.com/claims': { plan: name } });
      const who = [{ sub: 'ada' }, { sub: 'bob' }, { sub: 'bob', tenant_id: 8 }, plan('gold'), plan('tin')];
      const ask = async (claims) => (await server.post({ query: 'mutation { whoami(suffix: "k") }' },
        { 'idempotency-key': 'one', ...bearer(token(good(claims), SECRET)) })).body.data.whoami;
      for (let i = 0; i < 2; i += 1) {
        const answers = [];
        for (const claims of who) answers.push(await ask(claims));
        assert.deepEqual(answers, ['ada/7/-/k', 'bob/7/-/k', 'bob/8/-/k', '-/7/gold/k', '-/7/tin/k']);
      }
    });

    it('introspection is for the authenticated', async () => {
      const query = '{ __schema { queryType { name } } }';
      const { status, body } = await server.post({ query });
      assert.equal(status, 401);
      assert.equal(body.errors[0].extensions.code, 'UNAUTHENTICATED');
      const known = await server.post({ query }, bearer(token(good(), SECRET)));
      assert.deepEqual(known.body.data, { __schema: { queryType: { name: 'Query' } } });
      assert.equal((await server.post({ query: '{ __typename }' })).status, 200);
    });

    const rsa = keyPair('RS256');
    const cut = (text) => text.slice(0, -3);
    const bad = {
      'another secret': token(good(), `${SECRET}!`),
      'no algorithm': token(good(), SECRET, { alg: 'none' }),
      'no algorithm, in capitals': token(good(), SECRET, { alg: 'none', header: { alg: 'NONE' } }),
      'an algorithm that is not allowed': token(good(), SECRET, { alg: 'HS512' }),
      'a public key signature': token(good(), rsa.privateKey, { alg: 'RS256' }),
      'its own key': token(good(), rsa.privateKey, { alg: 'RS256', header: { jwk: rsa.jwk } }),
      expired: token(good({ exp: now() - 60 }), SECRET),
      'no expiry': token(good({ exp: undefined }), SECRET),
      'an expiry that is a text': token(good({ exp: '9999999999' }), SECRET),
      'not yet': token(good({ nbf: now() + 60 }), SECRET),
      'issued in the future': token(good({ iat: now() + 60 }), SECRET),
      'another issuer': token(good({ iss: 'https://issuer.example/' }), SECRET),
      'another audience': token(good({ aud: 'web' }), SECRET),
      'no audience': token(good({ aud: undefined }), SECRET),
      'a critical header': token(good(), SECRET, { header: { crit: ['b64'], b64: false } }),
      'duplicate members': token(JSON.stringify(good()).replace('{', `{"sub":"eve","exp":${now() + 60},`), SECRET),
      'claims that are no object': token('[1]', SECRET),
      'a cut signature': cut(token(good(), SECRET)),
      'padding': `${token(good(), SECRET)}=`,
      'two parts': token(good(), SECRET).split('.').slice(0, 2).join('.'),
      'a NUL in a claim': token(good({ sub: 'a\u0000b' }), SECRET),
      'too many bytes': token(good({ filler: 'x'.repeat(9000) }), SECRET),
      nonsense: 'nonsense',
    };
    for (const [name, text] of Object.entries(bad)) {
      it(`refuses: ${name}`, async () => {
        for (const accept of ['application/json', 'application/graphql-response+json']) {
          const { status, headers, body } = await server.post({ query: SESSION }, { ...bearer(text), accept });
          assert.equal(status, 401);
          assert.match(headers.get('content-type'), new RegExp(`^${accept.replace('+', '\\+')}`));
          assert.match(headers.get('www-authenticate'),
            /^Bearer realm="fraiseql", error="invalid_token", error_description="[^"]+"$/);
          assert.equal(body.errors.length, 1);
          assert.equal(body.errors[0].extensions.code, 'UNAUTHENTICATED');
          assert.ok(!('data' in body));
        }
      });
    }

    it('refuses other schemes and malformed headers', async () => {
      for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ', token(good(), SECRET)]) {
        assert.equal((await server.post({ query: SESSION }, { authorization })).status, 401, authorization);
      }
      assert.equal((await server.post({ query: SESSION },
        { authorization: `bearer   ${token(good(), SECRET)}` })).status, 200);
    });

    it('refuses two identities in one request', async () => {
      const body = JSON.stringify({ query: SESSION });
      const { hostname, port } = new URL(server.url);
      const header = ['ada', 'bob'].map((sub) => `Authorization: Bearer ${token(good({ sub }), SECRET)}\r\n`).join('');
      const socket = connect(port, hostname);
      socket.end(`POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}`
        + `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      let text = '';
      for await (const chunk of socket) text += chunk;
      assert.match(text, /^HTTP\/1.1 400 /);
      assert.match(text, /several Authorization headers/);
    });

    it('honours leeway, and a remembered token does not outlive its expiry', async () => {
      const claims = good({ exp: now() - 3 });
      const text = token(claims, SECRET);
      assert.equal((await server.post({ query: SESSION }, bearer(text))).status, 200);
      assert.equal((await server.post({ query: SESSION }, bearer(text))).status, 200);
      while (now() < claims.exp + 5) await new Promise((next) => { setTimeout(next, 100); });
      assert.equal((await server.post({ query: SESSION }, bearer(text))).status, 401);
    });
  });

  it('fraiseql token makes tokens that the server takes', async () => {
    const file = join(dir, 'secret.txt');
    await writeFile(file, `${SECRET}\n`);
    const args = ['--auth-secret-file', file, '--auth-audience', 'api', '--auth-algorithms', 'HS384'];
    const server = await start(...args);
    const make = async (...more) => {
      const { stdout } = await promisify(execFile)(program, ['token', ...args, ...more], { env: inherited });
      return stdout.trim();
    };
    try {
      const { body } = await server.post({ query: SESSION },
        bearer(await make('sub=ada', 'tenant_id=7', 'role=["editor","x"]', 'note="quoted"', 'plain=a b')));
      const { claims, ...session } = body.data.session;
      assert.equal(session.userId, 'ada');
      assert.equal(session.role, 'editor');
      const own = { sub: 'ada', tenant_id: 7, role: ['editor', 'x'], note: 'quoted', plain: 'a b' };
      assert.deepEqual({ ...claims, iat: 0, exp: claims.exp - claims.iat }, { aud: 'api', iat: 0, exp: 3600, ...own });
      const early = await make('--expires', '0s', 'nbf=4102444800');
      assert.equal((await server.post({ query: SESSION }, bearer(early))).status, 401);
      await assert.rejects(make('sub'), /"sub" is not a claim/);
      await assert.rejects(make('--expires', 'soon'), /--expires must be a time/);
    } finally {
      await server.stop();
    }
  });

  it('anonymous requests can be refused', async () => {
    const server = await start('--auth-secret', SECRET, '--no-auth-anonymous');
    try {
      const { status, headers, body } = await server.post({ query: SESSION });
      assert.equal(status, 401);
      assert.equal(headers.get('www-authenticate'), 'Bearer realm="fraiseql"');
      assert.equal(body.errors[0].extensions.code, 'UNAUTHENTICATED');
      assert.equal((await server.post({ query: SESSION }, bearer(token({ sub: 'a' }, SECRET)))).status, 200);
    } finally {
      await server.stop();
    }
  });

  it('without keys, Authorization is not looked at', async () => {
    const server = await start();
    try {
      const { body } = await server.post({ query: SESSION }, { authorization: 'Basic YTpi' });
      assert.equal(body.data.session.userId, null);
    } finally {
      await server.stop();
    }
  });

  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    it(`a public key in PEM: ${alg}`, async () => {
      const [own, other] = [keyPair(alg), keyPair(alg)];
      const pem = join(dir, `${alg}.pem`);
      await writeFile(pem, own.pem);
      const server = await start('--auth-public-key', pem, '--auth-algorithms', alg);
      try {
        const { body } = await server.post({ query: SESSION }, bearer(token({ sub: 'a' }, own.privateKey, { alg })));
        assert.equal(body.data.session.userId, 'a');
        const wrong = token({ sub: 'a' }, other.privateKey, { alg });
        assert.equal((await server.post({ query: SESSION }, bearer(wrong))).status, 401);
        // the public key taken for a secret
        const forged = token({ sub: 'a' }, own.pem, { alg: 'HS256' });
        assert.equal((await server.post({ query: SESSION }, bearer(forged))).status, 401);
      } finally {
        await server.stop();
      }
    });
  }

  it('a key set in a file is read again for unknown keys', async () => {
    const file = join(dir, 'jwks.json');
    const [first, second] = [keyPair('ES256', 'one'), keyPair('EdDSA', 'two')];
    await writeFile(file, JSON.stringify({ keys: [first.jwk, { kty: 'unknown', kid: 'x' }] }));
    const server = await start('--auth-jwks', file);
    const ask = async (pair, alg, kid) => (await server.post({ query: SESSION },
      bearer(token({ sub: kid }, pair.privateKey, { alg, header: { kid } })))).status;
    try {
      assert.equal(await ask(first, 'ES256', 'one'), 200);
      await writeFile(file, JSON.stringify({ keys: [first.jwk, second.jwk] }));
      assert.equal(await ask(second, 'EdDSA', 'two'), 200);
      assert.equal(await ask(first, 'ES256', 'one'), 200);
      assert.equal(await ask(first, 'ES256', 'two'), 401);
    } finally {
      await server.stop();
    }
  });

  it('a key set at an address: rotation, failures, and no flood of requests', async () => {
    const [first, second] = [keyPair('RS256', 'one'), keyPair('RS256', 'two')];
    let answer = () => [503, 'not yet'];
    let asked = 0;
    const issuer = createServer((request, response) => {
      asked += 1;
      const [status, body] = answer();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise((done) => { issuer.listen(0, '127.0.0.1', done); });
    const url = `http://127.0.0.1:${issuer.address().port}/keys`;
    const server = await start('--auth-jwks-url', url, '--auth-jwks-refresh', '1s');
    const ask = async (pair, kid) => (await server.post({ query: SESSION },
      bearer(token({ sub: kid }, pair.privateKey, { alg: 'RS256', header: { kid } })))).status;
    const until = async (pair, kid, status) => {
      for (let i = 0; i < 100; i += 1) {
        if (await ask(pair, kid) === status) return;
        await new Promise((next) => { setTimeout(next, 100); });
      }
      assert.fail(`${kid} never gave ${status}:\n${server.log}`);
    };
    try {
      assert.equal(await ask(first, 'one'), 503); // there are no keys
      assert.match(server.log, /keys of tokens could not be fetched/);
      assert.equal((await server.post({ query: SESSION })).status, 200);
      answer = () => [200, { keys: [first.jwk] }];
      await until(first, 'one', 200);
      answer = () => [200, { keys: [second.jwk] }]; // the interval finds the new key
      await until(second, 'two', 200);
      assert.equal(await ask(first, 'one'), 401); // the old one is gone
      answer = () => [500, 'broken'];
      await server.waitLog(/the old ones stay in use/);
      assert.equal(await ask(second, 'two'), 200);
      const before = asked;
      const started = Date.now();
      for (let i = 0; i < 50; i += 1) await ask(first, `unknown ${i}`);
      const intervals = Math.ceil((Date.now() - started) / 1000) + 1;
      assert.ok(asked - before <= intervals, `${asked - before} fetches in ${intervals} s`);
    } finally {
      await server.stop();
      issuer.close();
    }
  });

  it('a request waits for the keys that it needs', async () => {
    const pair = keyPair('ES256', 'one');
    const own = (sub) => token({ sub }, pair.privateKey, { alg: 'ES256' });
    let release;
    const issuer = createServer(async (request, response) => {
      await new Promise((done) => { release = done; });
      response.end(JSON.stringify({ keys: [pair.jwk] }));
    });
    await new Promise((done) => { issuer.listen(0, '127.0.0.1', done); });
    const server = await start('--auth-jwks-url', `http://127.0.0.1:${issuer.address().port}/keys`);
    try {
      const abort = new AbortController();
      const gone = fetch(`${server.url}/graphql`, {
        method: 'POST', signal: abort.signal, body: JSON.stringify({ query: SESSION }),
        headers: { 'content-type': 'application/json', ...bearer(own('x')) },
      }).catch(() => 'gone');
      const pending = server.post({ query: SESSION }, bearer(own('b')));
      await new Promise((next) => { setTimeout(next, 300); });
      abort.abort();
      assert.equal(await gone, 'gone');
      assert.equal((await server.post({ query: '{ __typename }' })).status, 200); // others go on
      release();
      assert.equal((await pending).body.data.session.userId, 'b');
    } finally {
      await server.stop();
      issuer.closeAllConnections();
      issuer.close();
    }
  });

  it('statements run as the database role that the token names', async () => {
    const server = await start('--auth-secret', SECRET, '--auth-claim-database-role', 'db_role',
      '--auth-database-roles', 'member_role', '--auth-anonymous-role', 'guest_role');
    try {
      const as = async (claims) => server.post({ query: '{ session { dbUser } notes { name } }' },
        claims && bearer(token(claims, SECRET)));
      assert.equal((await as({ db_role: 'member_role' })).body.data.session.dbUser, 'member_role');
      assert.equal((await as()).body.data.session.dbUser, 'guest_role');
      const refused = await as({ db_role: 'test' });
      assert.equal(refused.status, 403);
      assert.equal(refused.body.errors[0].extensions.code, 'FORBIDDEN');
      assert.match(refused.headers.get('www-authenticate'), /error="insufficient_scope"/);
      assert.equal((await as({ sub: 'a' })).status, 403);
      await pg.sql('revoke select on note from member_role');
      const { body } = await as({ db_role: 'member_role' });
      assert.equal(body.errors[0].extensions.code, 'FORBIDDEN');
      const written = await server.post({ query: 'mutation { writeSession }' },
        bearer(token({ sub: 'm', db_role: 'member_role' }, SECRET)));
      assert.equal(written.body.data.writeSession, 'm/member_role');
    } finally {
      await server.stop();
    }
  });

  it('a context value that no identity has is warned of', async () => {
    const file = join(dir, 'other.graphql');
    await writeFile(file, SDL.replace('"plan"', '"tenat_id"'));
    const check = promisify(execFile)(program, ['check', '--schema', file, '--database', pg.url], { env: inherited });
    const { stdout, stderr } = await check;
    assert.match(stdout + stderr, /warning: No identity has a value "tenat_id"/);
    assert.match(stdout + stderr, /tenant_id/);
  });

  describe('settings that can not be honoured stop the start', () => {
    const cases = {
      'a short secret': [['--auth-secret', 'short'], /at least 32/],
      'two sources': [['--auth-secret', SECRET, '--auth-jwks', 'x'], /exclude each other/],
      'no keys': [['--auth-issuer', 'x'], /auth.issuer has no effect/],
      'an unknown algorithm': [['--auth-secret', SECRET, '--auth-algorithms', 'none'], /"none" is not a signature/],
      'an algorithm without keys': [['--auth-secret', SECRET, '--auth-algorithms', 'RS256'], /fits the key/],
      'plain http': [['--auth-jwks-url', 'http://keys.example/'], /must begin with https/],
      'a file that is not there': [['--auth-public-key', '/nowhere.pem'], /nowhere.pem/],
      'a setting that is ours': [['--auth-secret', SECRET, '--auth-settings', 'app.user_id=x'], /app.user_id=x/],
      'a setting of PostgreSQL': [['--auth-secret', SECRET, '--auth-settings', 'search_path=x'], /search_path=x/],
      'roles without a claim': [['--auth-secret', SECRET, '--auth-database-roles', 'a'], /need each other/],
      'a role that is not there': [['--auth-anonymous-role', 'nobody_role'], /nobody_role/],
      'a role above the law': [['--auth-anonymous-role', 'none'], /not a database role/],
    };
    for (const [name, [args, message]] of Object.entries(cases)) {
      it(name, async () => {
        await assert.rejects(start(...args), message);
      });
    }
  });
});

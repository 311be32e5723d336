// HTTP at the level of bytes, against the program: pipelines, limits, clients that are slow or vanish, health, logs,
// TLS, a full queue, and the end. What GraphQL over HTTP asks for is in graphql-over-http.test.mjs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Postgres } from './lib/postgres.mjs';
import { Server, program } from './lib/server.mjs';

const SQL = `
create table item (id int primary key, name text not null);
insert into item select i, 'item ' || i from generate_series(1, 50) i;
create view v_nap as select id, pg_sleep(id / 10.0)::text as nap from item;
`;
const SDL = `
type Item @source(relation: "item") { id: Int! name: String! }
type Nap @source(relation: "v_nap") { id: Int! nap: String }
type Query { item(id: Int!): Item items: [Item!]! nap(id: Int!): Nap }
`;
const ENDED = { code: 0, signal: null };
const sleep = (ms) => new Promise((next) => { setTimeout(next, ms); });

let dir;
let pg;
let schema;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fraiseql-http-'));
  schema = join(dir, 'schema.graphql');
  await writeFile(schema, SDL);
  pg = await Postgres.start();
  await pg.sql(SQL);
});
after(async () => {
  await pg?.stop();
  await rm(dir, { recursive: true, force: true });
});

const serve = (...flags) => Server.start(['serve', '--schema', schema, '--database', pg.url, ...flags]);

/** A connection of bytes: write(text), until(pattern) in what came, closed. */
class Wire {
  static async open(server) {
    const { hostname, port } = new URL(server.url);
    const wire = new Wire();
    wire.text = '';
    wire.socket = connect(Number(port), hostname);
    wire.socket.setNoDelay(true).setEncoding('utf8').on('data', (text) => { wire.text += text; }).on('error', () => {});
    wire.closed = new Promise((done) => { wire.socket.on('close', done); });
    await new Promise((done) => { wire.socket.on('connect', done); });
    return wire;
  }

  write(text) {
    this.socket.write(text);
    return this;
  }

  async until(pattern, timeout = 10_000) {
    for (const end = Date.now() + timeout; !pattern.test(this.text);) {
      if (Date.now() > end || this.socket.destroyed) throw new Error(`no ${pattern} in:\n${this.text}`);
      await sleep(5);
    }
    return this.text;
  }
}

const post = (query, extra = '') => {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${extra}`
    + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

describe('requests on the wire', () => {
  let server;
  before(async () => {
    server = await serve('--limits-body', '2KB', '--limits-headers', '4KB', '--timeout-headers', '700ms',
      '--timeout-body', '700ms', '--limits-connections', '40', '--workers', '1');
  });
  after(async () => assert.deepEqual(await server?.stop(), ENDED));

  it('answers a pipeline in its order, over one connection', async () => {
    const wire = await Wire.open(server);
    const ids = Array.from({ length: 30 }, (_, i) => i + 1);
    wire.write(ids.map((id) => post(`{ item(id: ${id}) { name } }`)).join(''));
    await wire.until(/"item 30"/);
    assert.deepEqual(wire.text.match(/"name":"item \d+"/g), ids.map((id) => `"name":"item ${id}"`));
    wire.socket.destroy();
  });

  it('answers requests that arrive byte by byte', async () => {
    const wire = await Wire.open(server);
    for (const byte of post('{ item(id: 9) { name } }')) {
      wire.write(byte);
      if (byte === '\n') await sleep(1);
    }
    assert.match(await wire.until(/"item 9"/), /^HTTP\/1\.1 200 /);
    wire.socket.destroy();
  });

  it('HEAD is GET without a body; OPTIONS tells the methods; others are 405', async () => {
    const wire = await Wire.open(server);
    wire.write('HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS /graphql HTTP/1.1\r\nHost: x\r\n\r\n'
      + 'DELETE /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
    await wire.until(/404 Not Found[^]*}$/);
    assert.match(wire.text, /^HTTP\/1\.1 200 OK\r\n[^]*?Content-Length: 16\r\n\r\nHTTP\/1\.1 204 No Content\r\n/);
    assert.match(wire.text, /204 No Content\r\n[^]*?Allow: .*POST/);
    assert.match(wire.text, /HTTP\/1\.1 405 [^]*?Allow: .*POST/);
    wire.socket.destroy();
  });

  it('refuses a body and a header that are larger than their limit', async () => {
    const large = await server.post({ query: `{ item(id: 1) { name } } # ${'x'.repeat(3000)}` });
    assert.equal(large.status, 413);
    assert.equal(large.body.errors[0].extensions.code, 'PAYLOAD_TOO_LARGE');
    const header = await Wire.open(server);
    header.write(post('{ item(id: 1) { name } }', `X-Large: ${'x'.repeat(6000)}\r\n`));
    assert.match(await header.until(/^HTTP.*\r\n/), /^HTTP\/1\.1 431 /);
    const chunked = await Wire.open(server);
    chunked.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
      + `Transfer-Encoding: chunked\r\n\r\n${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(4)}0\r\n\r\n`);
    assert.match(await chunked.until(/^HTTP.*\r\n/), /^HTTP\/1\.1 413 /);
  });

  it('cuts off clients that send their header or body slowly, and no others', async () => {
    const head = await Wire.open(server);
    const body = await Wire.open(server);
    const quick = await Wire.open(server);
    const whole = post('{ item(id: 1) { name } }');
    body.write(whole.slice(0, -20));
    let ended = 0;
    for (const wire of [head, body]) wire.closed.then(() => { ended += 1; });
    for (let i = 0; i < 200 && ended < 2; i += 1) { // a byte now and then does not help
      if (i < whole.length - 40) head.write(whole[i]);
      if (i < 15) body.write(' ');
      if (i % 5 === 0) quick.write(post('{ item(id: 2) { name } }'));
      await sleep(50);
    }
    assert.equal(ended, 2);
    assert.doesNotMatch(head.text + body.text, /200 OK/);
    await quick.until(/"item 2"/);
    assert.doesNotMatch(quick.text, /HTTP\/1\.1 [45]/);
    quick.socket.destroy();
  });

  it('gives clients their request id back, or a new one', async () => {
    const mine = await server.post({ query: '{ __typename }' }, { 'x-request-id': 'abc-123' });
    assert.equal(mine.headers.get('x-request-id'), 'abc-123');
    const evil = await server.post({ query: '{ __typename }' }, { 'x-request-id': `"\\ ${'x'.repeat(300)}` });
    assert.match(evil.headers.get('x-request-id'), /^[0-9a-f]{32}$/);
    const other = await server.post({ query: '{ __typename }' });
    assert.notEqual(other.headers.get('x-request-id'), evil.headers.get('x-request-id'));
  });

  it('serves again when connections beyond the limit have gone', async () => {
    const wires = await Promise.all(Array.from({ length: 60 }, () => Wire.open(server)));
    wires.forEach((wire) => wire.socket.destroy());
    await server.waitReady();
    assert.equal((await server.data('{ item(id: 3) { name } }')).item.name, 'item 3');
  });

  it('lets in more clients than the soft limit of open files', async () => {
    const shell = ['-c', 'ulimit -Sn 160; exec "$0" "$@"', program];
    const patient = ['--workers', '1', '--timeout-idle', '10m', '--timeout-headers', '10m'];
    const small = await Server.start([...shell, 'serve', '--schema', schema, '--database', pg.url, ...patient],
      { program: '/bin/sh' });
    try {
      const wires = await Promise.all(Array.from({ length: 300 }, () => Wire.open(small)));
      await wires.at(-1).write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n').until(/^HTTP\/1.1 200/);
      wires.forEach((wire) => wire.socket.destroy());
    } finally {
      assert.deepEqual(await small.stop(), ENDED);
    }
  });

  it('is not moved by clients that vanish at any byte', async () => {
    const whole = post('{ nap(id: 1) { nap } }');
    for (let at = 1; at <= whole.length; at += 3) {
      const wire = await Wire.open(server);
      wire.write(whole.slice(0, at));
      if (at % 2) await sleep(1);
      if (at % 4 < 2) wire.socket.resetAndDestroy();
      else wire.socket.destroy();
    }
    const names = await Promise.all(Array.from({ length: 20 },
      (_, i) => server.data(`{ item(id: ${i + 1}) { name } }`)));
    names.forEach((data, i) => assert.equal(data.item.name, `item ${i + 1}`));
  });
});

describe('health and logs', () => {
  it('is ready only with a database, and says why not', async () => {
    const server = await serve('--errors-debug');
    const ready = async () => {
      const answer = await fetch(`${server.url}/ready`);
      return { status: answer.status, body: await answer.json() };
    };
    const checks = { database: { ok: true }, schema: { ok: true } };
    assert.deepEqual(await ready(), { status: 200, body: { ready: true, checks } });
    await pg.halt();
    for (let i = 0; i < 100 && (await ready()).status === 200; i += 1) await sleep(20);
    const away = await ready();
    assert.equal(away.status, 503);
    assert.equal(away.body.ready, false);
    assert.equal(away.body.checks.schema.ok, true);
    assert.equal(away.body.checks.database.ok, false);
    assert.match(away.body.checks.database.reason, /connection|terminat|server|socket/i);
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    await pg.boot();
    await server.waitReady();
    assert.equal((await server.data('{ item(id: 1) { name } }')).item.name, 'item 1');
    assert.deepEqual(await server.stop(), ENDED);
  });

  it('does not tell strangers about the database', async () => {
    const server = await serve();
    await pg.halt();
    for (let i = 0; i < 100 && (await fetch(`${server.url}/ready`)).status === 200; i += 1) await sleep(20);
    const text = await (await fetch(`${server.url}/ready`)).text();
    const { text: answer } = await server.post({ query: '{ item(id: 1) { name } }' });
    for (const shown of [text, answer]) assert.ok(!shown.includes(pg.dir) && !/socket|postgres/.test(shown), shown);
    await pg.boot();
    await server.waitReady();
    await server.stop();
  });

  it('logs requests as text, as JSON, or not at all', async () => {
    const line = async (flags, id) => {
      const server = await serve(...flags);
      await server.post({ query: 'query A { item(id: 1) { name } }' }, { 'x-request-id': id });
      await server.stop();
      return server.log.split('\n').find((text) => text.includes(id));
    };
    assert.match(await line([], 'text-1'),
      /^\d\d:\d\d:\d\d\.\d{3}Z info  POST \/graphql status=200 duration_ms=[\d.]+ bytes=35 request_id=text-1 .*="A"/);
    const json = JSON.parse(await line(['--log-format', 'json'], 'json-1'));
    assert.equal(json.level, 'info');
    assert.equal(json.status, 200);
    assert.equal(json.request_id, 'json-1');
    assert.equal(json.operation, 'A');
    assert.equal(await line(['--no-log-access'], 'none-1'), undefined);
  });

  it('writes one line whatever a client sends', async () => {
    const server = await serve();
    const wire = await Wire.open(server);
    wire.write('GET /a%0ab?%1b[31m\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n');
    await wire.until(/^HTTP/);
    await server.stop();
    assert.doesNotMatch(server.log, /\x1b|\nb/);
  });
});

describe('a full queue', () => {
  it('is 503 with Retry-After for those who find no place, at once; the others are answered', async () => {
    const server = await serve('--workers', '1', '--pool-queue', '4', '--pool-fast', '1', '--pool-slow', '1',
      '--pool-batch', '1');
    const query = '{ nap(id: 2) { id } nap2: nap(id: 1) { nap } }';
    const answers = await Promise.all(Array.from({ length: 40 }, () => server.post({ query })));
    const full = answers.filter(({ status }) => status === 503);
    const served = answers.filter(({ status }) => status === 200);
    assert.equal(full.length + served.length, 40);
    assert.ok(full.length > 0 && served.length > 0, `${full.length} refused, ${served.length} served`);
    for (const { headers, body } of full) {
      assert.equal(headers.get('retry-after'), '1');
      assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
    }
    for (const { text } of served) assert.equal(text, '{"data":{"nap":{"id":2},"nap2":{"nap":""}}}');
    assert.equal((await server.data('{ item(id: 1) { name } }')).item.name, 'item 1');
    assert.deepEqual(await server.stop(), ENDED);
  });
});

describe('the end', () => {
  it('may come as soon as it says that it serves', async () => {
    for (let i = 0; i < 20; i += 1) {
      const args = ['serve', '--schema', schema, '--database', pg.url];
      const server = await Server.start(args, { ready: false });
      assert.deepEqual(await server.stop('SIGINT'), ENDED, server.log);
    }
  });

  it('SIGTERM: what runs is answered, idle connections close, nobody new is let in', async () => {
    const server = await serve('--timeout-idle', '60s');
    const idle = await Wire.open(server);
    idle.write(post('{ item(id: 1) { name } }'));
    await idle.until(/"item 1"/);
    const running = await Wire.open(server);
    running.write(post('{ nap(id: 8) { id nap } }'));
    await sleep(200);
    server.child.kill('SIGTERM');
    await running.closed;
    assert.match(running.text, /^HTTP\/1\.1 200 OK[^]*"nap":{"id":8,"nap":""}/);
    await idle.closed;
    assert.deepEqual(await server.exit, ENDED);
    const late = await fetch(`${server.url}/health`).then(() => 'answered', () => 'refused');
    assert.equal(late, 'refused');
  });

  it('does not wait for ever: timeout.drain', async () => {
    const server = await serve('--timeout-drain', '300ms');
    const running = await Wire.open(server);
    running.write(post('{ nap(id: 50) { nap } }'));
    await sleep(200);
    const end = await server.stop();
    assert.deepEqual(end, ENDED);
    assert.doesNotMatch(running.text, /200 OK/);
  });

  it('a second server on the same port is refused with the reason', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const { fraiseql } = await import('./lib/command.mjs');
    const args = ['serve', '--schema', schema, '--database', pg.url, '--port', port];
    const second = await fraiseql(args, { timeout: 10_000 });
    assert.equal(second.code, 4, second.stderr);
    assert.match(second.stderr, new RegExp(`${port}`));
    assert.match(second.stderr, /in use/);
    await server.stop();
  });
});

describe('TLS', () => {
  let server;
  let certificate;
  before(async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')],
    { stdio: 'ignore' });
    certificate = await readFile(join(dir, 'cert.pem'));
    server = await Server.start(['serve', '--schema', schema, '--database', pg.url, '--tls-certificate',
      join(dir, 'cert.pem'), '--tls-key', join(dir, 'key.pem')], { ready: false });
  });
  after(async () => assert.deepEqual(await server?.stop(), ENDED));

  const ask = (query) => new Promise((done, fail) => {
    const request = httpsRequest(`${server.url}/graphql`, {
      method: 'POST', ca: certificate, headers: { 'content-type': 'application/json' },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => { text += part; })
        .on('end', () => done({ status: answer.statusCode, text }));
    });
    request.on('error', fail).end(JSON.stringify({ query }));
  });

  it('serves the same over HTTPS, also at once and much', async () => {
    assert.match(server.url, /^https:/);
    const answers = await Promise.all(Array.from({ length: 30 },
      (_, i) => ask(`{ item(id: ${i + 1}) { name } items { id name } }`)));
    answers.forEach(({ status, text }, i) => {
      assert.equal(status, 200);
      const { data } = JSON.parse(text);
      assert.equal(data.item.name, `item ${i + 1}`);
      assert.equal(data.items.length, 50);
    });
  });

  it('does not answer what is not TLS', async () => {
    const wire = await Wire.open(server);
    wire.write(post('{ item(id: 1) { name } }'));
    await Promise.race([wire.closed, sleep(15_000)]);
    assert.doesNotMatch(wire.text, /item 1/);
    assert.equal((await ask('{ item(id: 1) { name } }')).status, 200);
  });

  it('does not start with a key that does not fit or is not there', async () => {
    const { fraiseql } = await import('./lib/command.mjs');
    await writeFile(join(dir, 'bad.pem'), 'nonsense');
    for (const key of ['bad.pem', 'missing.pem']) {
      const { code, stderr } = await fraiseql(['serve', '--schema', schema, '--database', pg.url, '--port', '0',
        '--tls-certificate', join(dir, 'cert.pem'), '--tls-key', join(dir, key)], { timeout: 10_000 });
      assert.ok(code === 2 || code === 4, `${key}: ${code} ${stderr}`);
      assert.match(stderr, new RegExp(key === 'missing.pem' ? key : 'TLS|key|certificate', 'i'));
    }
  });
});

// The browser page as a person uses it, in Chromium.
//
// Without settings it builds the page and serves it by ui/dev-server.mjs (or the
// page already built in FRAISEQL_UI_DIR). With
// FRAISEQL_URL=http://host:port/ it drives that server instead, in development
// mode; then FRAISEQL_SCHEMA is the schema file that the server watches (the
// tests that edit it are skipped without), and these say what it serves:
//   FRAISEQL_ROOT   a list field of Query     (users)
//   FRAISEQL_FIELD  a String field in it      (name)
//   FRAISEQL_TYPE   the type of that list     (User)

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const ui = fileURLToPath(new URL('../../ui/', import.meta.url));
const { FRAISEQL_URL: realUrl, FRAISEQL_SCHEMA: schemaFile } = process.env;
const root = process.env.FRAISEQL_ROOT ?? 'users';
const field = process.env.FRAISEQL_FIELD ?? 'name';
const type = process.env.FRAISEQL_TYPE ?? 'User';
const canEditSchema = !realUrl || Boolean(schemaFile);
const skip = !canEditSchema && 'FRAISEQL_SCHEMA is not set';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let dir;
let startServer; // undefined when realUrl is used
let server; // of ui/dev-server.mjs; undefined when realUrl is used
let base;
let browser;
let context;
let page;
let requests;
let complaints;

// The built page: FRAISEQL_UI_DIR, or built now.
async function builtPage() {
  if (process.env.FRAISEQL_UI_DIR) return process.env.FRAISEQL_UI_DIR;
  const out = join(dir, 'out');
  await promisify(execFile)(process.execPath, [join(ui, 'build.mjs'), out]);
  return out;
}

// Makes the served schema broken, as a wrong edit of its file would.
async function breakSchema() {
  if (server) {
    server.setStatus({ generation: 1, ok: false, errors: [{
      message: 'Unknown type "Strin".', file: 'schema.graphql', line: 3, column: 9,
      excerpt: '  name: Strin!\n        ^^^^^', hint: 'did you mean String?' }] });
    return () => {
      server.extend('type Repaired { id: ID } extend type Query { repaired: Repaired }');
      server.setStatus({ generation: 2, ok: true });
    };
  }
  const text = await readFile(schemaFile, 'utf8');
  await writeFile(schemaFile, `${text}\ntype Broken {\n  name: Strin!\n}\n`);
  return () => writeFile(schemaFile, text);
}

function posts() {
  return requests.filter(({ method, path }) => method === 'POST' && path === '/graphql').length;
}

// Pastes, since the editor adds brackets and indentation to what is typed.
async function paste(text) {
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await page.keyboard.press('Control+V');
}

async function select(editor) {
  await page.locator(`${editor} .view-lines`).click();
  await page.keyboard.press('Control+A');
}

async function write(text) {
  await select('.graphiql-query-editor');
  await paste(text);
}

async function run() {
  await page.locator('.graphiql-execute-button').click();
}

// Monaco keeps its text in lines of spans, with hard spaces.
async function textOf(editor) {
  const lines = await page.locator(`${editor} .view-line`).allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

async function result(pattern) {
  await page.waitForFunction((source) => new RegExp(source).test(
    [...document.querySelectorAll('.result-window .view-line')]
      .map((line) => line.textContent.replaceAll('\u00a0', ' ')).join('\n')), pattern.source);
  return textOf('.result-window');
}

// In the page: is its ground light or dark, as wanted, and can every word in the editor be read on it?
function readable(wanted) {
  const luminance = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const style = (element) => getComputedStyle(element);
  const ground = luminance(style(document.querySelector('.graphiql-container')).backgroundColor);
  const words = [...document.querySelectorAll('.graphiql-query-editor .view-line span span')]
    .filter((word) => word.textContent.trim()).map((word) => luminance(style(word).color));
  return (ground < 0.5 ? 'dark' : 'light') === wanted && words.length > 3 && words.every((word) =>
    (Math.max(word, ground) + 0.05) / (Math.min(word, ground) + 0.05) > 3);
}

function watch() {
  requests = [];
  complaints = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (/^(data|blob):/.test(request.url())) return;
    requests.push({ origin, path: pathname, method: request.method() });
  });
  page.on('websocket', (socket) => requests.push({ origin: new URL(socket.url()).origin }));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fraiseql-page-'));
  if (!realUrl) {
    const { start } = await import(new URL('../../ui/dev-server.mjs', import.meta.url));
    const outdir = await builtPage();
    startServer = () => start({ outdir });
  }
  // Its user data is a new directory, which it removes at the end.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
});

after(async () => {
  await browser?.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  server = await startServer?.();
  base = realUrl ?? server.url;
  context = await browser.newContext({ viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'] });
  context.setDefaultTimeout(15000);
  page = await context.newPage();
  watch();
  await page.goto(base);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
});

afterEach(async () => {
  await context?.close();
  await server?.close();
});

describe('the browser page', { concurrency: false }, () => {
  afterEach(() => {
    const { origin } = new URL(base);
    const others = requests.filter((request) =>
      request.origin.replace(/^ws/, 'http') !== origin);
    assert.deepEqual(others, [], 'asked another origin');
    assert.deepEqual(complaints, [], 'complained on the console');
  });

  it('is called FraiseQL and forbids what it does not need', async () => {
    assert.equal(await page.title(), 'FraiseQL');
    const policy = (await page.request.get(base)).headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
  });

  it('runs a query and shows the result', async () => {
    await select('.graphiql-query-editor');
    await page.keyboard.type(`{ ${root} { ${field} `, { delay: 30 }); // it closes the brackets
    await page.keyboard.press('Escape'); // completion
    await page.keyboard.press('Control+Enter');
    const text = await result(new RegExp(`"${field}": "`));
    assert.ok(JSON.parse(text).data[root].length > 0);
  });

  it('sends variables and headers, and remembers the query in the history', async () => {
    await write('query Named($no: Boolean!) { __typename kind: __typename @skip(if: $no) }');
    await page.getByRole('button', { name: 'Variables', exact: true }).click();
    await select('.graphiql-editor-tool .graphiql-editor:not(.hidden)');
    await paste('{"no": true}');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await select('.graphiql-editor-tool .graphiql-editor:not(.hidden)');
    await paste('{"x-marker": "1"}');
    const sent = page.waitForRequest((request) => request.headers()['x-marker'] === '1');
    await run();
    assert.deepEqual((await sent).postDataJSON().variables, { no: true });
    const text = await result(/"__typename": "/);
    assert.deepEqual(Object.keys(JSON.parse(text).data), ['__typename']);
    await page.getByRole('button', { name: 'Show History' }).click();
    await page.locator('.graphiql-history-item', { hasText: 'Named' }).waitFor();
  });

  it('completes a field', async () => {
    await select('.graphiql-query-editor');
    await page.keyboard.type(`{ ${root.slice(0, 3)}`, { delay: 40 });
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: root }).first().waitFor();
  });

  it('prettifies the query, with its comments', async () => {
    await write(`{ # why\n ${root}{${field}}}`);
    await page.getByRole('button', { name: /Prettify/ }).click();
    await page.waitForFunction(() =>
      document.querySelectorAll('.graphiql-query-editor .view-line').length >= 5);
    assert.equal((await textOf('.graphiql-query-editor')).trimEnd(),
      `{\n  # why\n  ${root} {\n    ${field}\n  }\n}`);
  });

  it('shows the documentation of a type', async () => {
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    await page.locator('.graphiql-doc-explorer').getByText(type, { exact: true }).click();
    await page.locator('.graphiql-doc-explorer-title', { hasText: type }).waitFor();
    await page.locator('.graphiql-doc-explorer-field-name', { hasText: field }).first().waitFor();
  });

  it('marks a wrong field, and shows what the server says to it', async () => {
    await write('{ nonsenseField }');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    await run();
    const text = await result(/"errors"/);
    assert.match(text.replace(/\s+/g, ' '), // long lines are wrapped
      /Cannot query field \\"nonsenseField\\" on type \\"Query\\"/);
    const at = complaints.findIndex((line) => / 400 /.test(line));
    if (at >= 0) complaints.splice(at, 1); // Chromium reports each answer of status 400
  });

  it('follows the colours of the system while it is open', async () => {
    const becomes = (wanted) => page.waitForFunction(readable, wanted);
    for (const colorScheme of ['dark', 'light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await becomes(colorScheme);
    }
    // Whoever chose a theme keeps it.
    await page.getByRole('button', { name: /settings/i }).click();
    await page.getByRole('button', { name: 'Light' }).click();
    await page.keyboard.press('Escape');
    await becomes('light');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }));
    assert.ok(await page.evaluate(readable, 'light'));
  });

  it('has room for everything on a narrow screen', async () => {
    await page.setViewportSize({ width: 420, height: 800 });
    const fits = async (what) => assert.deepEqual(await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const cut = ['sidebar', 'sessions', 'editors', 'toolbar', 'response', 'plugin', 'dialog']
        .flatMap((name) => [...document.querySelectorAll(`.graphiql-${name}`)])
        .filter((element) => getComputedStyle(element).opacity !== '0')
        .map((element) => [element.className, element.getBoundingClientRect()])
        .filter(([, box]) => box.left < 0 || box.right > innerWidth || box.top < 0
          || box.bottom > innerHeight);
      return { over: scrollWidth - clientWidth, cut };
    }), { over: 0, cut: [] }, what);
    await write(`query Narrow { ${root}(limit: 1) { ${field} aLongAlias: ${field} another: ${field} } }`);
    await run();
    await result(/"aLongAlias": "/);
    await fits('the panes');
    // A pane as wide as a line of text, and none beside it.
    for (const selector of ['.graphiql-query-editor .monaco-editor', '.result-window']) {
      const box = await page.locator(selector).boundingBox();
      assert.ok(box.width >= 280 && box.height >= 150, `${selector}: ${JSON.stringify(box)}`);
    }
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    await page.locator('.graphiql-doc-explorer').getByText(type, { exact: true }).click();
    await page.locator('.graphiql-doc-explorer-field-name', { hasText: field }).first().click();
    await fits('the documentation');
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    await page.getByRole('button', { name: 'Variables', exact: true }).click();
    await fits('the variables');
    await page.getByRole('button', { name: /settings/i }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await fits('the settings');
    const buttons = await page.locator('.graphiql-dialog').evaluate((dialog) =>
      [...dialog.querySelectorAll('button')].filter((button) =>
        button.getBoundingClientRect().right > dialog.getBoundingClientRect().right).length);
    assert.equal(buttons, 0, 'buttons beyond the edge of the settings');
    await page.keyboard.press('Escape');
    await run();
    await result(/"aLongAlias": "/);
  });

  it('tells that the schema broke, and takes up the repaired one', { skip }, async () => {
    const banner = page.getByRole('status').locator('.dev-banner');
    await write('{ kept: __typename }');
    assert.equal(await banner.count(), 0);
    await page.waitForResponse((response) => response.url().endsWith('/_dev/status'));
    const repair = await breakSchema();
    let before;
    try {
      await banner.waitFor();
      const text = await banner.innerText();
      assert.match(text, /previous schema keeps serving/);
      assert.ok(text.includes(`${basename(schemaFile ?? 'schema.graphql')}:`), text);
      assert.match(text, /:\d+:\d+/);
      assert.match(text, /name: Strin!\n.*\^/); // the excerpt and its caret
      assert.match(text, /Hint: .*String/);
      await page.keyboard.press('Control+Enter'); // works on meanwhile
      await result(/"kept": "Query"/);
      await banner.getByRole('button', { name: 'Dismiss' }).click();
      await banner.waitFor({ state: 'detached' });
      before = posts();
    } finally {
      await repair();
    }
    await assert.doesNotReject(page.waitForRequest((request) =>
      request.postData()?.includes('__schema')), 'introspects the new schema');
    assert.ok(posts() > before);
    assert.equal(await banner.count(), 0);
    assert.equal(await textOf('.graphiql-query-editor'), '{ kept: __typename }');
  });

  it('takes up the repaired schema also when opened while it was broken', { skip }, async () => {
    const banner = page.locator('.dev-banner');
    await page.waitForResponse((response) => response.url().endsWith('/_dev/status'));
    const repair = await breakSchema();
    try {
      await banner.waitFor();
      await page.reload();
      await banner.waitFor();
    } finally {
      await repair();
    }
    await banner.waitFor({ state: 'detached' });
    if (!server) return;
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Repaired', { exact: true }).waitFor();
  });

  it('tells what is wrong with SQL and settings, and that nothing serves', { skip: Boolean(realUrl) }, async () => {
    const banner = page.locator('.dev-banner');
    const shows = async (generation, error, wanted) => {
      server.setStatus({ generation, ok: false, errors: [{ file: '', line: 0, column: 0, hint: '', excerpt: '',
        ...error }] });
      await banner.getByText(error.message).waitFor();
      assert.deepEqual((await banner.innerText()).split(/\s*\n\s*/).filter((line) => line !== '×'), wanted);
    };
    await shows(1, { message: 'relation "t" does not exist', file: 'db/schema/01.sql', line: 2, column: 7 },
      ['The SQL can’t be run', 'The previous database keeps serving.',
        'db/schema/01.sql:2:7relation "t" does not exist']);
    await shows(1, { message: 'unknown setting "prot"', file: 'fraiseql.yaml', line: 3 },
      ['The settings are wrong', 'The previous ones stay in force.', 'fraiseql.yaml:3unknown setting "prot"']);
    await shows(0, { message: 'there is no schema' },
      ['The schema does not compile', 'Nothing is served until it is mended.', 'there is no schema']);
  });

  it('stops asking for the status after the first 404', { skip: Boolean(realUrl) }, async () => {
    server.setStatus(undefined);
    await page.waitForResponse((response) => response.status() === 404);
    const asked = server.seen.filter((path) => path === '/_dev/status').length;
    await page.waitForTimeout(2500);
    assert.equal(server.seen.filter((path) => path === '/_dev/status').length, asked);
    assert.match(complaints.pop(), / 404 /); // Chromium's own line about the answer
  });
});

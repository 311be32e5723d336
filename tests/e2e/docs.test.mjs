// The documentation is true: every snippet of README.md and of the pages below docs/ runs against the program.
//
// HOW A PAGE IS READ. Its fenced blocks run from top to bottom, in a place: a folder with a project, a database
// and a server, made for the page and removed behind it.
//
// The place is named in a comment, which readers do not see. A page may have several; each begins afresh.
//   <!-- test: project examples/blog -->   a copy of a project of the repository
//   <!-- test: project new -->             an empty project, which the page's own blocks fill
//   <!-- test: project none -->            an empty folder and no server (this is how a page begins)
// Behind the name: mode=serve (a PostgreSQL server of its own, filled from db/, `fraiseql serve`, and DATABASE_URL
// for commands) instead of mode=dev (`fraiseql dev` with its private database); user=NAME: the database role of the
// server, which the page's SQL creates. The server starts when a block needs it, and again after a block that
// changed the project.
//
// Blocks, by their language:
//   sql       a file of db/schema, in the order of the page. With `run`: statements for psql at the running
//             server's database; a `text` block behind it is what psql prints.
//   graphql   declarations: more of schema.graphql, or with `replace` all of it. An operation: is posted; a `json`
//             block behind it is the answer (without one the answer must have no errors). A block `json variables`
//             between them holds the variables. `schema` or `operation` settle what a block is.
//             On the answer: status=400, the HTTP status.
//   yaml      fraiseql.yaml: more of it, or with `replace` all of it. The program must take what it is then.
//   c         file=NAME.c: a whole program with the library inside. It must compile; `sh` blocks build it, as the page
//             says how, and run it. In such a place pkg-config finds what `make install` leaves, and `cc` is strict:
//             -Wall -Wextra -Wpedantic -Werror -fsanitize=address.
//   sh        is run by bash -e, in the project's folder, with fraiseql in PATH; folder and variables last until
//             the next place. exit=1: the status that it must end with. A block `json`, `text` or `http` behind it
//             is the output (standard error included). With `server`: the block's last command is a server that
//             keeps running until the place ends, with status 0; a `text` block behind it holds lines that occur in
//             its log, in this order. It serves at the port of FRAISEQL_PORT.
//   console   lines `$ command`, each followed by what it prints.
//   any       file=PATH: is written to this file of the project.
//             from=PATH: an excerpt. Its lines are lines of this file of the repository, in this order.
//             skip="the reason": is not run. Nothing else is left out: a block that nothing runs is a failure.
//
// Comparing. JSON behind `sh` on one line is compared to the byte; other JSON by its members and their order,
// whatever the white space. In answers <uuid> <timestamp> <date> <time> <number> <word> <any> stand for values that
// differ (in JSON inside quotes: "<number>" is a number, too), and a line `…` of a text for any lines.
// 127.0.0.1:8000 and localhost:8000 become the place's address, and back; the place's folder is shown as ~.
//
// More comments:
//   <!-- test: header Authorization: Bearer $TOKEN -->  of the operations from here on; without a value: no more
//   <!-- test: set lists.max_limit=10 -->               a setting from here on (by the environment)
//   <!-- test: env NAME=VALUE -->                       a variable for commands and the server
//   <!-- test: none REASON -->                          the page has nothing to run
//   <!-- generated: fraiseql help --markdown settings --> … <!-- /generated -->
//                    what is between must be what the command prints; DOCS_WRITE=1 writes it anew
//
// A page in which nothing was executed is a failure. DOCS=docs/queries.md,README.md takes these pages only.

import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { printed, runPage } from './lib/docs.mjs';
import { readPage, replaceGenerated } from './lib/markdown.mjs';
import { root } from './lib/server.mjs';

async function pages(dir) {
  const entries = await readdir(join(root, dir), { withFileTypes: true });
  const found = await Promise.all(entries.map((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  }));
  return found.flat().sort();
}

async function write(path) {
  const text = await readFile(path, 'utf8');
  const commands = readPage(text).filter((part) => part.kind === 'generated').map((part) => part.command);
  if (!commands.length) return;
  const texts = [];
  for (const command of commands) texts.push(await printed(command));
  await writeFile(path, replaceGenerated(text, texts));
}

const all = ['README.md', ...await pages('docs')];
const wanted = process.env.DOCS ? process.env.DOCS.split(',') : all;

describe('documentation', { concurrency: 2 }, () => {
  for (const page of wanted) {
    it(page, async (t) => {
      const path = join(root, page);
      if (process.env.DOCS_WRITE) await write(path);
      const run = await runPage(await readFile(path, 'utf8'));
      const none = run.none ? `, none: ${run.none}` : '';
      t.diagnostic(`${page}: ${run.executed} executed, ${run.skipped} skipped${none}`);
      assert.ok(run.failures.length === 0,
        run.failures.map(({ line, message }) => `${page}:${line}: ${message}`).join('\n\n'));
    });
  }
});

it('docs/README.md leads to every page', async () => {
  const index = await readFile(join(root, 'docs/README.md'), 'utf8');
  const missing = all.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md'
    && !index.includes(`(${page.slice('docs/'.length)})`));
  assert.deepEqual(missing, []);
});

const fence = '```';
const block = (info, text) => `${fence}${info}\n${text}\n${fence}\n\n`;

// The test of the test: pages that are wrong are found out.
describe('a page is refused', { concurrency: 2, skip: process.env.DOCS ? 'only some pages' : false }, () => {
  const blog = '<!-- test: project examples/blog -->\n';
  const cases = {
    'for a wrong answer': [blog + block('graphql', '{ tags(limit: 1) { name } }')
      + block('json', '{ "data": { "tags": [{ "name": "Nonsense" }] } }'), /answer is not what the page says/],
    'for members in another order': [blog + block('graphql', '{ a: __typename b: __typename }')
      + block('json', '{ "data": { "b": "Query", "a": "Query" } }'), /answer is not what the page says/],
    'for an operation with errors': [blog + block('graphql', '{ nonsense }'), /answer has errors/],
    'for another status': [blog + block('graphql', '{ __typename }')
      + block('json status=400', '{ "data": { "__typename": "Query" } }'), /status is 200, not 400/],
    'for other output': [block('sh', 'echo one; echo two') + block('text', 'one'), /output is not/],
    'for other bytes': [block('sh', 'echo \'{"a": 1}\'') + block('json', '{"a":1}'), /answer is not/],
    'for a command that fails': [block('sh', 'false'), /ended with 1/],
    'for a command that should fail': [block('sh exit=1', 'true'), /ended with 0/],
    'for a block that nothing runs': [block('python', 'import this'), /nothing runs this block/],
    'for a fragment of C': [block('c', 'int main;'), /a C program is whole/],
    'for C with a warning': [block('c file=a.c', 'int main(void) { int unused; return 0; }'), /the compiler says/],
    'for an excerpt of something else': [block('graphql from=examples/blog/schema.graphql', 'type Nonsense {'),
      /excerpt of .* is not/],
    'for settings that are none': [block('yaml', 'nonsense: 1'), /does not take these settings/],
    'for a skip without a reason': [block('c skip', 'int main;'), /needs a reason/],
    'for an unknown word': [block('sh skpi="because of that"', 'false'), /no "skpi"/],
    'for an unknown comment': ['<!-- test: projekt new -->\n', /no "test: projekt new"/],
    'for nothing executed': [block('sh skip="only an example"', 'x'), /no block of this page was executed/],
    'for a block without an end': [`${fence}sh\necho`, /has no end/],
    'for a generated part that is old': ['<!-- generated: echo new -->\nold\n<!-- /generated -->\n',
      /DOCS_WRITE/],
    'for an operation without a project': [block('graphql', '{ a }'), /no server here/],
  };
  for (const [name, [text, message]] of Object.entries(cases)) {
    it(name, async () => {
      const { failures } = await runPage(text);
      assert.equal(failures.length, 1, JSON.stringify(failures));
      assert.match(failures[0].message, message);
    });
  }

  it('and a right one is not', async () => {
    const page = `<!-- test: project new -->
${block('sql', 'create table tb_note (id int primary key, body text not null);')}
${block('sql file=db/seeds/1.sql', 'insert into tb_note values (1, $$one$$);')}
${block('graphql', 'type Note @source(relation: "tb_note") { id: Int! body: String! }\ntype Query { notes: [Note!]! }')}
${block('graphql', 'query Q($n: Int) { notes(limit: $n) { body } }')}
${block('json variables', '{ "n": 1 }')}
${block('json', '{ "data": { "notes": [{ "body": "<word>" }] } }')}
${block('sql run', 'update tb_note set body = $$two$$;')}
${block('text', 'UPDATE 1')}
${block('graphql', '{ notes { id body } }')}
${block('json status=200', '{ "data": { "notes": [{ "id": "<number>", "body": "two" }] } }')}
${block('sh', 'mkdir deep && cd deep && WORD=hello')}
${block('console', '$ echo $WORD\nhello\n$ pwd\n~/work/deep')}`;
    const { failures, executed } = await runPage(page);
    assert.deepEqual(failures, []);
    assert.equal(executed, 12);
  });
});

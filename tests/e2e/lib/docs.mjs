// Runs a page of the documentation: see docs.test.mjs for what a page may say.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { hasPlaceholder, jsonMatches, linesOccur, textMatches } from './expect.mjs';
import { readPage } from './markdown.mjs';
import { Place } from './place.mjs';
import { root } from './server.mjs';

const LOG_MS = 20_000;
const ANSWERS = ['json', 'text', 'http'];
const FILES = { yaml: 'fraiseql.yaml', yml: 'fraiseql.yaml' };
const KNOWN = {
  block: ['skip', 'file', 'replace', 'exit', 'status', 'run', 'server', 'variables', 'schema', 'operation',
    'from'],
  project: ['mode', 'user'],
};

/** An operation, or declarations? */
function isOperation(text) {
  const code = text.replaceAll(/"""[^]*?"""/g, '').replaceAll(/^\s*(#.*)?\n/gm, '').trimStart();
  return /^(\{|query\b|mutation\b|subscription\b|fragment\b)/.test(code);
}

const isJson = (text) => { try { JSON.parse(text); return true; } catch { return false; } };

/** What was wrong with a block, for its author. */
class Wrong extends Error {}

function differs(kind, actual, expected) {
  const both = `--- page\n${expected.trimEnd()}\n--- here\n${actual.trimEnd()}`;
  throw new Wrong(`the ${kind} is not what the page says\n${both}`);
}

function compare(actual, answer) {
  if (answer.lang !== 'json') {
    if (!textMatches(actual, answer.text)) differs('output', actual, answer.text);
    return;
  }
  if (!isJson(answer.text)) throw new Wrong('this is not JSON');
  if (!isJson(actual)) differs('output', actual, answer.text);
  const oneLine = answer.exact && answer.text.trim().split('\n').length === 1 && !hasPlaceholder(answer.text);
  const same = oneLine ? actual.trimEnd() === answer.text.trimEnd()
    : jsonMatches(JSON.parse(actual), JSON.parse(answer.text));
  if (!same) differs('answer', oneLine ? actual : JSON.stringify(JSON.parse(actual), null, 2), answer.text);
}

class Run {
  constructor() {
    this.executed = 0;
    this.skipped = 0;
    this.failures = [];
  }

  async place() {
    this.here ??= await Place.open('none');
    return this.here;
  }

  /** The blocks behind the current one that belong to it: `kinds` in this order, each optional. */
  take(...kinds) {
    return kinds.map((accepts) => {
      const next = this.parts[this.at + 1];
      if (next?.kind !== 'block' || next.attributes.skip || next.attributes.file || !accepts(next)) {
        return undefined;
      }
      this.at += 1;
      return next;
    });
  }

  // ---- comments ----

  async comment(part) {
    const [word, ...rest] = part.text.split(/\s+/);
    const text = rest.join(' ');
    if (word === 'project') await this.project(rest);
    else if (word === 'header') {
      const [name, value] = text.split(/:\s*(.*)/);
      const { headers } = await this.place();
      if (value) headers[name.toLowerCase()] = value;
      else delete headers[name.toLowerCase()];
    } else if (word === 'set') await this.assign('settings', text);
    else if (word === 'env') await this.assign('variables', text);
    else if (word === 'none' && text) this.none = text;
    else throw new Wrong(`there is no "test: ${part.text}"; there are project, header, set, env, none`);
  }

  async assign(where, text) {
    const at = text.indexOf('=');
    if (at < 1) throw new Wrong('expected NAME=VALUE');
    const place = await this.place();
    place[where][text.slice(0, at)] = text.slice(at + 1);
    place.changed = true;
  }

  async project([what, ...words]) {
    const options = Object.fromEntries(words.map((word) => word.split('=')));
    const unknown = Object.keys(options).find((name) => !KNOWN.project.includes(name));
    if (!what || unknown) throw new Wrong(`"project" knows ${KNOWN.project}, not "${unknown ?? ''}"`);
    await this.here?.close();
    this.here = undefined;
    this.here = await Place.open(what, options);
  }

  // ---- blocks ----

  async block(part) {
    const { lang, attributes, text } = part;
    const unknown = Object.keys(attributes).find((name) => !KNOWN.block.includes(name));
    if (unknown) throw new Wrong(`there is no "${unknown}" for blocks; there are ${KNOWN.block.join(', ')}`);
    if (attributes.skip !== undefined) {
      if (String(attributes.skip).length < 10) throw new Wrong('skip="…" needs a reason');
      this.skipped += 1;
      return;
    }
    const place = await this.place();
    if (attributes.from) await this.excerpt(part);
    else if (lang === 'c') await this.program(part);
    else if (attributes.file) await place.write(attributes.file, text);
    else if (lang === 'sh' || lang === 'bash') await this.script(part);
    else if (lang === 'console') await this.console(part);
    else if (lang === 'graphql' && !attributes.schema && (attributes.operation || isOperation(text))) {
      await this.operation(part);
    } else if (lang === 'graphql') {
      await place.write('schema.graphql', text, { append: !attributes.replace });
    } else if (lang === 'sql' && attributes.run) await this.sql(part);
    else if (lang === 'sql') await place.writeSql(text);
    else if (FILES[lang]) await this.settings(part);
    else throw new Wrong(`nothing runs this block (\`\`\`${lang}): give it skip="the reason", or file=PATH`);
    this.executed += 1;
  }

  /** Lines of a file of the repository. */
  async excerpt(part) {
    const path = part.attributes.from;
    const whole = await readFile(join(root, path), 'utf8').catch(() => { throw new Wrong(`there is no ${path}`); });
    if (!linesOccur(whole, part.text)) differs(`excerpt of ${path}`, whole, part.text);
  }

  async program({ attributes, text }) {
    if (!attributes.file) throw new Wrong('a C program is whole and has file=NAME.c');
    const place = await this.place();
    const { code, output } = await place.writeProgram(attributes.file, text);
    if (code) throw new Wrong(`the compiler says:\n${output}`);
  }

  /** Settings, which the program must take. */
  async settings({ lang, attributes, text }) {
    const place = await this.place();
    await place.write(FILES[lang], text, { append: !attributes.replace });
    const { code, output } = await place.shell(`fraiseql config --dir '${place.dir}' >/dev/null`);
    if (code) throw new Wrong(`the program does not take these settings:\n${output}`);
  }

  async script(part) {
    const { attributes, text } = part;
    const place = await this.place();
    if (attributes.server) return this.server(part);
    const [answer] = this.take((next) => ANSWERS.includes(next.lang));
    if (place.hasProject && /127\.0\.0\.1:8000|localhost:8000/.test(text)) await place.serve();
    else if (place.hasProject) await place.fill();
    const { code, output } = await place.shell(text);
    if (String(code) !== String(attributes.exit ?? 0)) {
      throw new Wrong(`the command ended with ${code}:\n${output}`);
    }
    if (answer) compare(output, { ...answer, exact: true });
    this.executed += Boolean(answer);
    return undefined;
  }

  async server(part) {
    const place = await this.place();
    const [log] = this.take((next) => next.lang === 'text');
    await place.serveBy(part.text);
    if (!log) return;
    // It answers before it has said so.
    const isThere = () => linesOccur(place.shown(place.log), log.text);
    for (const end = Date.now() + LOG_MS; !isThere() && Date.now() < end;) await setTimeout(20);
    if (!isThere()) differs('log', place.log, log.text);
    this.executed += 1;
  }

  /** `$ command` lines, each followed by what it prints. */
  async console(part) {
    const place = await this.place();
    const [before, ...commands] = part.text.split(/^\$ /m);
    if (before.trim() || !commands.length) throw new Wrong('a console block begins with "$ "');
    if (place.hasProject && /:8000/.test(part.text)) await place.serve();
    for (const command of commands) {
      const [, script, expected] = command.match(/^((?:.*\\\n)*.*\n)([^]*)$/);
      const { code, output } = await place.shell(script);
      if (String(code) !== String(part.attributes.exit ?? 0)) {
        throw new Wrong(`"${script.trim()}" ended with ${code}:\n${output}`);
      }
      if (!textMatches(output, expected)) differs('output', output, expected);
    }
  }

  async operation(part) {
    const place = await this.place();
    const [variables, answer] = this.take(
      (next) => next.lang === 'json' && next.attributes.variables, (next) => next.lang === 'json');
    const request = { query: part.text };
    if (variables) request.variables = JSON.parse(variables.text);
    const { status, text } = await place.post(request);
    if (answer) compare(text, answer);
    else if (!isJson(text) || JSON.parse(text).errors) throw new Wrong(`the answer has errors:\n${text}`);
    const wanted = answer?.attributes.status;
    if (wanted && wanted !== String(status)) throw new Wrong(`the status is ${status}, not ${wanted}`);
    this.executed += Boolean(variables) + Boolean(answer);
  }

  async sql(part) {
    const place = await this.place();
    const [answer] = this.take((next) => next.lang === 'text');
    const { code, output } = await place.sql(part.text);
    if (code && !part.attributes.exit) throw new Wrong(`psql ended with ${code}:\n${output}`);
    if (answer && !textMatches(output, answer.text)) differs('output', output, answer.text);
    this.executed += Boolean(answer);
  }

  async generated(part) {
    const place = await this.place();
    const { code, output } = await place.shell(part.command);
    if (code) throw new Wrong(`"${part.command}" ended with ${code}:\n${output}`);
    if (output.trim() !== part.text.trim()) {
      throw new Wrong(`this part is not what "${part.command}" prints: DOCS_WRITE=1 writes it anew`);
    }
    this.executed += 1;
  }

  async all(parts) {
    this.parts = parts;
    for (this.at = 0; this.at < parts.length; this.at += 1) {
      const part = parts[this.at];
      try {
        if (part.kind === 'test') await this.comment(part);
        else if (part.kind === 'generated') await this.generated(part);
        else await this.block(part);
      } catch (error) {
        this.failures.push({ line: part.line, message: error instanceof Wrong ? error.message : error.stack });
      }
    }
    await this.here?.close();
  }
}

/** Runs a page: { executed, skipped, none, failures: [{ line, message }] }. */
export async function runPage(text) {
  const run = new Run();
  try {
    await run.all(readPage(text));
  } catch (error) {
    run.failures.push({ line: 1, message: error.message });
    await run.here?.close();
  }
  if (!run.executed && !run.none && !run.failures.length) {
    run.failures.push({ line: 1, message: 'no block of this page was executed' });
  }
  return run;
}

/** What a command prints, for generated parts. */
export async function printed(command) {
  const place = await Place.open('none');
  const { output } = await place.shell(command);
  await place.close();
  return output;
}

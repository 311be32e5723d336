// Reading and validating documents: ours against graphql-js, in one run, by turns, medians.
//
//     ninja -C build bench/graphql_bench && node bench/language.mjs [--program FILE] [--rounds N] [--ms N]
//
// graphql-js comes from tests/e2e (npm ci there), and is warmed up before its first round. Prints microseconds of
// CPU for one document and how many times longer graphql-js takes.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const top = fileURLToPath(new URL('..', import.meta.url));
process.env.NODE_ENV = 'production';
const { buildSchema, parse, validate, version } = createRequire(join(top, 'tests/e2e/package.json'))('graphql');
const { values } = parseArgs({
  options: {
    program: { type: 'string', default: join(top, 'build/bench/graphql_bench') },
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '500' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'fraiseql-language-'));
const sdlPath = join(top, 'bench/language/schema.graphql');
const widePath = join(folder, 'wide.graphql');
// 200 fields, 20 objects of 10 each.
const people = Array.from({ length: 20 }, (_, i) => {
  const fields = [
    'id',
    'label',
    'age',
    'height',
    'big: label(upper: true)',
    'years: age',
    'key: id',
    'tall: height',
    'n: age',
  ];
  return `  p${i}: person(id: "${i}") {\n${fields.map((f) => `    ${f}\n`).join('')}  }\n`;
});
writeFileSync(widePath, `{\n${people.join('')}}\n`);

const schema = buildSchema(readFileSync(sdlPath, 'utf8'));

// CPU time of the whole process, its collector of garbage included: other programs may be at work.
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

function theirs(text, ms) {
  const start = cpu();
  let runs = 0;
  let spent = 0;
  while (spent < ms * 1000) {
    for (let i = 0; i < 16; i += 1)
      if (validate(schema, parse(text)).length) throw new Error('graphql-js refuses the document');
    runs += 16;
    spent = cpu() - start;
  }
  return spent / runs;
}

const ours = (path) =>
  Number(execFileSync(values.program, ['speed', sdlPath, path, values.ms], { encoding: 'utf8' }));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

console.log(`graphql-js ${version}, node ${process.version}; microseconds of CPU to read and validate one document`);
for (const [name, path] of [
  ['kitchen sink', join(top, 'bench/language/kitchen-sink.graphql')],
  ['200 fields', widePath],
]) {
  const text = readFileSync(path, 'utf8');
  theirs(text, 2000);
  const rounds = Array.from({ length: Number(values.rounds) }, () => ({ a: ours(path), b: theirs(text, values.ms) }));
  const ratios = rounds.map(({ a, b }) => b / a);
  console.log(
    `${name} (${text.length} bytes): ours ${median(rounds.map((r) => r.a)).toFixed(1)}, ` +
      `graphql-js ${median(rounds.map((r) => r.b)).toFixed(1)}, ratio ${median(ratios).toFixed(1)} ` +
      `(${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`,
  );
}
rmSync(folder, { recursive: true });

// main.mjs [--program FILE] [--cases N] [--seeds N] [--seed S]… [--case K] [--show N] - see README.md

import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from './run.mjs';

const { values } = parseArgs({
  options: {
    program: {
      type: 'string',
      default: fileURLToPath(new URL('../../../build/tests/graphql-conformance', import.meta.url)),
    },
    cases: { type: 'string', default: '20000' },
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string', multiple: true },
    case: { type: 'string' },
    show: { type: 'string', default: '10' },
  },
});
const seeds =
  values.seed?.map(Number) ?? Array.from({ length: Number(values.seeds) }, () => randomInt(2 ** 32));
const each = Math.ceil(Number(values.cases) / seeds.length);
let failed = 0;
for (const seed of seeds) {
  const from = values.case === undefined ? 0 : Number(values.case);
  const result = await run({
    program: values.program,
    seed,
    from,
    to: values.case === undefined ? each : from + 1,
  });
  failed += result.failures.length;
  console.log(`seed ${seed}: ${result.summary}`);
  if (values.case !== undefined) console.log(JSON.stringify(result.last, null, 1));
  for (const f of result.failures.slice(0, Number(values.show)))
    console.log(
      `  ${f.what} in case ${f.request.id}; repeat: --seed ${seed} --case ${f.request.id.split('/')[1]}\n` +
        `    theirs ${JSON.stringify(f.theirs).slice(0, 600)}\n    ours   ${JSON.stringify(f.ours).slice(0, 600)}`,
    );
}
console.log(`${failed} differences`);
process.exitCode = failed ? 1 : 0;

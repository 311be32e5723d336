// Runs the cases of a seed through both implementations.

import { getIntrospectionQuery } from 'graphql';
import { makeCase } from './cases.mjs';
import { difference, learnDescriptions } from './compare.mjs';
import { Peer } from './peer.mjs';
import { answer, hasCustomDefault, schemaOf } from './reference.mjs';

const EVERYTHING = {
  op: 'introspect',
  sdl: 'type Query { a(i: Int f: Float d: ID b: Boolean): String }',
  source: getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
};

const customDefaults = (request) => {
  try {
    return request.sdl !== undefined && hasCustomDefault(schemaOf(request.sdl));
  } catch {
    return false;
  }
};

export async function run({ program, seed, from = 0, to }) {
  const peer = new Peer(program);
  const failures = [];
  const reasons = new Map();
  const counts = { cases: 0, accepted: 0, explained: 0, skipped: 0 };
  let last;
  learnDescriptions(answer(EVERYTHING).data);
  learnDescriptions((await peer.ask({ id: 'all', ...EVERYTHING })).data);
  for (let i = from; i < to; i += 1) {
    const { valid, ...request } = makeCase(seed, i);
    const theirs = answer(request);
    if (theirs.gaveUp) {
      counts.skipped += 1;
      continue;
    }
    if (valid && !theirs.ok && theirs.errors[0].message !== 'Maximum introspection depth exceeded')
      throw new Error(
        `case ${request.id} was to be accepted: ${theirs.errors[0].message}\n${JSON.stringify(request)}`,
      );
    const ours = await peer.ask(request);
    last = { request, theirs, ours };
    counts.cases += 1;
    counts.accepted += theirs.ok;
    let found = difference(theirs, ours, { request });
    if (found?.what === 'output' && customDefaults(request))
      found = difference(theirs, ours, { customDefaults: true, request });
    if (found?.reason) {
      counts.explained += 1;
      reasons.set(found.reason, (reasons.get(found.reason) ?? 0) + 1);
    } else if (found) failures.push({ ...found, ...last });
  }
  peer.stop();
  const why = [...reasons].map(([reason, n]) => `\n    ${n} × ${reason}`);
  const summary =
    `${counts.cases} cases, ${counts.accepted} accepted by graphql-js, ${failures.length} differences, ` +
    `${counts.explained} explained, ${counts.skipped} that graphql-js can't answer${why.join('')}`;
  return { failures, reasons, counts, summary, last };
}

// Our library and graphql-js answer random questions alike. A failure prints how to repeat it.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { difference } from './differential/compare.mjs';
import { run } from './differential/run.mjs';
import { program } from './lib/server.mjs';

const conformance = join(dirname(program), 'tests/graphql-conformance');
const CASES = 500;

describe('differential', () => {
  for (const [name, seed] of [
    ['a fixed seed', 20250901],
    ['a fresh seed', randomInt(2 ** 32)],
  ])
    it(`${name}: ${seed}`, async () => {
      const { failures, counts } = await run({ program: conformance, seed, to: CASES });
      assert.deepEqual(
        failures.map((f) => `${f.what}: main.mjs --seed ${seed} --case ${f.request.id.split('/')[1]}`),
        [],
      );
      assert.ok(counts.cases > CASES * 0.95, 'graphql-js answers nearly all');
      assert.ok(counts.accepted > CASES * 0.3 && counts.accepted < CASES * 0.7, `${counts.accepted} accepted`);
    });

  it('sees each kind of difference', () => {
    const error = (message, line = 1) => ({ message, locations: [{ line, column: 1 }] });
    const refused = (...errors) => ({ ok: false, errors });
    const what = (theirs, ours) => difference(theirs, ours)?.what;
    assert.equal(what({ ok: true, print: 'a' }, { ok: true, print: 'a' }), undefined);
    assert.equal(what({ ok: true, print: 'a' }, { ok: true, print: 'b' }), 'output');
    assert.equal(what({ ok: true }, refused(error('x'))), 'accepted');
    assert.equal(what(refused(error('x')), { ok: true }), 'accepted');
    assert.equal(what(refused(error('x')), refused(error('x'), error('y'))), 'count');
    assert.equal(what(refused(error('x')), refused(error('x', 2))), 'locations');
    assert.equal(what(refused(error('x')), refused(error('y'))), 'messages');
    assert.equal(what(refused(error('x')), { ok: false, unsupported: true }), 'unsupported');
    assert.equal(difference({ ok: true }, refused(error('x'))).reason, undefined);
    const placed = (place) => refused(error('x'), error(`Directive "@a" may not be used on ${place}_DEFINITION.`));
    const places = (sdl) => difference(placed('ARGUMENT'), placed('INPUT_FIELD'), { request: { sdl } }).reason;
    assert.match(places('extend input A { b: Int @a }'), /§3\.13/);
    assert.equal(places('input A { b: Int @a }'), undefined);
    assert.match(
      difference({ ok: true }, refused(error('All root types must be different, "A" …'))).reason,
      /§3\.3\.1/,
    );
  });
});

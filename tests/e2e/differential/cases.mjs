// A case: a request of the conformance protocol, made from a seed and a number.

import { parse } from 'graphql';
import { document } from './document.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { schemaOf } from './reference.mjs';
import { sdl } from './sdl.mjs';
import { variables } from './variables.mjs';

const OPS = [
  [15, 'parse'],
  [25, 'build_schema'],
  [30, 'validate'],
  [18, 'coerce_variables'],
  [12, 'introspect'],
];

/** { op, sdl, source, … , valid }: `valid` cases were made to be accepted. */
export function makeCase(seed, index) {
  const random = Random.of(seed, index);
  const op = random.weighed(OPS);
  const text = sdl(random);
  const valid = random.chance(0.35);
  const id = `${seed}/${index}`;
  if (op === 'build_schema') return { id, op, valid, sdl: valid ? text : mutate(random, text) };
  let schema;
  try {
    schema = schemaOf(text);
  } catch (error) {
    if (!error.errors) throw error;
    throw new Error(
      `case ${id}: the generator made a schema that is refused: ${error.errors[0].message}\n${text}`,
    );
  }
  const source = document(random, schema, { onlyIntrospection: op === 'introspect' });
  if (op === 'parse') {
    const whole = random.pick([source, text, `${text}\n${source}`]);
    // A shorthand query behind a type without a body would be that body.
    return {
      id,
      op,
      valid: valid && !whole.includes(`${text}\n{`),
      source: valid ? whole : mutate(random, whole, { syntax: true }),
    };
  }
  if (op === 'coerce_variables') {
    const operation = parse(source).definitions.find((d) => d.kind === 'OperationDefinition');
    return {
      id,
      op,
      valid: false,
      sdl: text,
      source,
      operation_name: operation.name?.value,
      variables: variables(random, schema, operation),
    };
  }
  return {
    id,
    op,
    valid: valid && op === 'validate',
    sdl: text,
    source: valid ? source : mutate(random, source),
  };
}

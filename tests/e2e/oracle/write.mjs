// The mutation contract: the input as JSON to a function, its one row to a member of the union.

import { GraphQLError, Kind } from 'graphql';
import { camel, directive, isList, named, snake } from './schema.mjs';
import { sql } from './store.mjs';

// The first that matches decides; null is success.
const STATUS = [
  [/^(ok|success|created|updated|deleted|completed|new|existing|synced|done)$/, null],
  [/^noop(:|$)/, null],
  [/^not_found(:|$)/, 'NOT_FOUND'],
  [/^unauthorized(:|$)/, 'UNAUTHENTICATED'],
  [/^forbidden(:|$)/, 'FORBIDDEN'],
  [/^(conflict|duplicate):/, 'CONFLICT'],
  [/^validation:/, 'BAD_USER_INPUT'],
  [/^blocked:/, 'BLOCKED'],
  [/^timeout:/, 'TIMEOUT'],
  [/(?:)/, 'MUTATION_FAILED'],
];

/** Keys in snake_case, enum values as PostgreSQL's labels. */
function toJson(sdl, value, type) {
  if (value === null || value === undefined) return value;
  if (type.kind === Kind.NON_NULL_TYPE) return toJson(sdl, value, type.type);
  if (type.kind === Kind.LIST_TYPE) return value.map((v) => toJson(sdl, v, type.type));
  if (sdl.isEnum(type.name.value)) return value.toLowerCase();
  if (!sdl.is(type.name.value, Kind.INPUT_OBJECT_TYPE_DEFINITION)) return value;
  const given = sdl.types.get(type.name.value).fields.filter((f) => f.name.value in value);
  return Object.fromEntries(given.map((f) =>
    [snake(f.name.value), toJson(sdl, value[f.name.value], f.type)]));
}

function memberField(sdl, field, row, code) {
  const name = field.name.value;
  const type = named(field.type);
  if (name === 'code') return code;
  if (['status', 'message', 'id'].includes(name)) return row[name];
  if (name === 'updatedFields') return row.updated_fields?.map(camel) ?? null;
  if (name.startsWith('conflict')) return row.metadata?.conflict ?? null;
  if (sdl.source(type) && !isList(field.type)) return row.entity;
  return row.metadata?.[snake(name)] ?? null;
}

export function mutate(sdl, store, field, args) {
  const input = JSON.stringify(toJson(sdl, args.input, field.arguments[0].type));
  const row = JSON.parse(sql(`select to_json(r)
    from ${directive(field, 'function').name}('${input.replaceAll("'", "''")}'::jsonb) r`));
  store.forget();
  const [, code] = STATUS.find(([pattern]) => pattern.test(row.status));
  const type = named(field.type);
  if (!sdl.isUnion(type)) {
    if (code) throw new GraphQLError(row.message, { extensions: { code } });
    return row.entity;
  }
  const member = sdl.types.get(type).types.map((t) => t.name.value)
    .find((name) => name.endsWith(code ? 'Error' : 'Success'));
  const result = { __typename: member };
  for (const f of sdl.types.get(member).fields) {
    result[f.name.value] = memberField(sdl, f, row, code);
  }
  return result;
}

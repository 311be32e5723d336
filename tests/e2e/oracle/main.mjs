// main.mjs check|write EXAMPLE [QUERIES [ANSWERS]] - see README.md

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse, validate } from 'graphql';
import { Reader } from './read.mjs';
import { Sdl, directive, isList, named, snake } from './schema.mjs';
import { Store } from './store.mjs';
import { mutate } from './write.mjs';

const [command, example, queries = 'queries', answers = join(example ?? '', queries)] =
  process.argv.slice(2);
if (!['check', 'write'].includes(command) || !example) {
  console.error('usage: main.mjs check|write EXAMPLE [QUERIES [ANSWERS]]');
  process.exit(2);
}

const sdl = new Sdl(readFileSync(join(example, 'schema.graphql'), 'utf8'));
const store = new Store();
const reader = new Reader(sdl, store);

// An argument of Query is equality on the column or field of its name.
function root(field, args) {
  const type = named(field.type);
  const own = field.arguments.map((a) => a.name.value).filter((a) => args[a] !== undefined);
  const hits = store.rows(sdl.source(type)).filter((row) => own.every((name) => {
    const kind = named(field.arguments.find((a) => a.name.value === name).type);
    const have = store.hasColumn(row.relation, snake(name)) ? row.columns[snake(name)]
      : reader.value(row, type, name);
    return reader.holds('eq', have, args[name], kind) === true;
  }));
  return isList(field.type) ? reader.page(hits, field, args) : hits[0] ?? null;
}

function fieldResolver(object, args, _context, info) {
  const type = info.parentType.name;
  const field = sdl.field(type, info.fieldName);
  if (type === 'Mutation') return mutate(sdl, store, field, args);
  if (type === 'Query') return root(field, args);
  if (directive(field, 'relation')) {
    const rows = reader.related(object, type, field);
    return isList(field.type) ? reader.page(rows, field, args) : rows[0] ?? null;
  }
  if (object.__typename) return object[info.fieldName];
  const value = reader.value(object, type, info.fieldName);
  return sdl.isEnum(named(field.type)) && value !== null ? value.toUpperCase() : value;
}

const typeResolver = (object) => object.__typename ?? object.columns.type;

const refuse = (code, errors) => ({
  errors: errors.map(({ message, locations }) => ({ message, locations, extensions: { code } })),
});

function answer(text, variableValues) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return refuse('GRAPHQL_PARSE_FAILED', [error]);
  }
  const errors = validate(sdl.executable, document);
  if (errors.length) return refuse('GRAPHQL_VALIDATION_FAILED', errors);
  const result = execute({ schema: sdl.executable, document, variableValues, fieldResolver,
    typeResolver });
  if (result.data === undefined) return refuse('BAD_USER_INPUT', result.errors);
  const bug = result.errors?.find((e) => e.originalError);
  if (bug) throw bug.originalError;
  return result;
}

let failed = 0;
const folder = join(example, queries);
for (const file of readdirSync(folder).filter((f) => f.endsWith('.graphql')).sort()) {
  const name = file.slice(0, -'.graphql'.length);
  const read = (ending) => {
    const path = join(ending === '.json' ? answers : folder, name + ending);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const variables = read('.variables.json');
  const got = `${JSON.stringify(answer(read('.graphql'), variables && JSON.parse(variables)))}\n`;
  if (command === 'write') {
    writeFileSync(join(answers, `${name}.json`), got);
  } else if (got === read('.json')) {
    console.log(`ok ${name}`);
  } else {
    failed++;
    console.log(`not ok ${name}\n  want ${read('.json') ?? 'nothing\n'}  got  ${got}`);
  }
}
process.exitCode = failed ? 1 : 0;

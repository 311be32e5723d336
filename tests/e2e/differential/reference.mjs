// What graphql-js 16 answers, in the form of the conformance protocol. The library is first made to speak the
// specification's edition of September 2025: what it has of the next one is taken out (deprecated directives),
// and in introspection's own types nullability is set right.

import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDeprecatedDirective,
  GraphQLEnumType,
  GraphQLError,
  GraphQLNonNull,
  GraphQLString,
  buildASTSchema,
  execute,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isInputObjectType,
  isSpecifiedScalarType,
  isScalarType,
  parse,
  print,
  printSchema,
  validate,
  validateSchema,
  introspectionTypes,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';

const [schemaType, directiveType, locationType] = ['__Schema', '__Directive', '__DirectiveLocation'].map(
  (name) => introspectionTypes.find((type) => type.name === name),
);
schemaType.getFields().directives.args = [];
delete directiveType.getFields().isDeprecated;
delete directiveType.getFields().deprecationReason;
delete DirectiveLocation.DIRECTIVE_DEFINITION;
GraphQLDeprecatedDirective.locations = GraphQLDeprecatedDirective.locations.filter(
  (l) => l !== 'DIRECTIVE_DEFINITION',
);
const locations = locationType.toConfig().values;
delete locations.DIRECTIVE_DEFINITION;
Object.assign(locationType, new GraphQLEnumType({ ...locationType.toConfig(), values: locations }));

// Spec: §3.13.3, "reason: String! = …"
GraphQLDeprecatedDirective.args[0].type = new GraphQLNonNull(GraphQLString);

// Spec: §4.2, "includeDeprecated: Boolean! = false"
for (const type of introspectionTypes)
  for (const field of Object.values(type.getFields?.() ?? {}))
    for (const arg of field.args)
      if (arg.name === 'includeDeprecated') arg.type = new GraphQLNonNull(GraphQLBoolean);

class Refused extends Error {
  constructor(errors, crashed = false) {
    super('refused');
    this.errors = errors;
    this.crashed = crashed; // refused by accident: the errors are not those of a rule
  }
}

function parsed(text) {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new Refused([error]);
  }
}

const insist = (errors) => {
  if (errors.length) throw new Refused(errors);
};

export function schemaOf(text) {
  const document = parsed(text);
  insist(validateSDL(document));
  let schema;
  let errors;
  try {
    schema = buildASTSchema(document, { assumeValidSDL: true });
    errors = validateSchema(schema);
  } catch (error) {
    throw new Refused([error], true);
  }
  insist(errors);
  return schema;
}

/** Has an argument or input field of a custom scalar a default? Those we print as they are written. */
export function hasCustomDefault(schema) {
  const inputs = [...schema.getDirectives().flatMap((d) => d.args)];
  for (const type of Object.values(schema.getTypeMap())) {
    const fields = Object.values(type.getFields?.() ?? {});
    inputs.push(...(isInputObjectType(type) ? fields : fields.flatMap((f) => f.args)));
  }
  const custom = (type, seen) => {
    const named = getNamedType(type);
    if (isScalarType(named)) return !isSpecifiedScalarType(named);
    if (!isInputObjectType(named) || seen.has(named)) return false;
    seen.add(named);
    return Object.values(named.getFields()).some((f) => custom(f.type, seen));
  };
  return inputs.some((i) => i.defaultValue !== undefined && custom(i.type, new Set()));
}

const OPS = {
  parse: ({ source }) => ({ print: print(parsed(source)) }),
  build_schema: ({ sdl }) => ({ print: printSchema(schemaOf(sdl)) }),
  validate: ({ sdl, source }) => {
    const schema = schemaOf(sdl);
    insist(validate(schema, parsed(source)));
    return {};
  },
  coerce_variables: ({ sdl, source, variables, operation_name: name }) => {
    const schema = schemaOf(sdl);
    const operation = getOperationAST(parsed(source), name);
    const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 50,
    });
    insist(errors ?? []);
    return { coerced };
  },
  introspect: ({ sdl, source, variables, operation_name: operationName }) => {
    const schema = schemaOf(sdl);
    const document = parsed(source);
    insist(validate(schema, document));
    const { data, errors } = execute({ schema, document, variableValues: variables, operationName });
    const gaveUp = errors?.find((e) => e.originalError && !(e.originalError instanceof GraphQLError));
    if (gaveUp) throw gaveUp.originalError;
    insist(errors ?? []);
    return { data };
  },
};

const shown = (e) => ({ message: e.message, locations: e.locations ?? [] });

export function answer(request) {
  try {
    return { ok: true, ...JSON.parse(JSON.stringify(OPS[request.op](request))) };
  } catch (error) {
    // Its printer gives up on infinite defaults, and on those of custom scalars that are no plain values.
    if (error instanceof GraphQLError || /^Cannot convert value to AST/.test(error.message))
      return { gaveUp: true };
    if (!(error instanceof Refused)) throw error;
    return { ok: false, crashed: error.crashed, errors: error.errors.map(shown) };
  }
}

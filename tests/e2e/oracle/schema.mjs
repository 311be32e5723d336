// SDL with FraiseQL's directives to a graphql-js schema with what the server adds to it.

import { Kind, buildASTSchema, parse, print, validateSchema, visit } from 'graphql';

const SCALARS = ['UUID', 'DateTime', 'Date', 'Time', 'EmailAddress', 'URL', 'BigInt', 'Decimal',
  'JSON', 'Interval'];
const LEAVES = new Set([...SCALARS, 'ID', 'Int', 'Float', 'String', 'Boolean']);

const COMMON = `
${SCALARS.map((s) => `scalar ${s}`).join('\n')}
enum OrderDirection {
  ASC DESC ASC_NULLS_FIRST ASC_NULLS_LAST DESC_NULLS_FIRST DESC_NULLS_LAST
}
input CountOrderByInput { count: OrderDirection }
directive @source(relation: String!, data: String) on OBJECT | INTERFACE
directive @column(name: String, path: String) on FIELD_DEFINITION | ENUM_VALUE
directive @relation(fields: [String!]!, references: [String!]!, relation: String)
  on FIELD_DEFINITION
directive @function(name: String!, context: [String!]) on FIELD_DEFINITION
directive @list(defaultLimit: Int, maxLimit: Int, defaultOrder: [String!]) on FIELD_DEFINITION
`;

const filterInput = (n) => `
input ${n}Filter {
  eq: ${n} neq: ${n} in: [${n}!] nin: [${n}!] isNull: Boolean
  gt: ${n} gte: ${n} lt: ${n} lte: ${n} between: ${n}Between
  contains: String startsWith: String endsWith: String like: String
  icontains: String istartsWith: String iendsWith: String ilike: String ieq: String
}
input ${n}Between { from: ${n} to: ${n} }`;

export const snake = (s) => s.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
export const camel = (s) => s.replace(/_([a-z])/g, (_, c) => c.toUpperCase());

export function isList(t) {
  return t.kind === Kind.LIST_TYPE || (t.kind === Kind.NON_NULL_TYPE && isList(t.type));
}

export function named(t) {
  return t.kind === Kind.NAMED_TYPE ? t.name.value : named(t.type);
}

/** The arguments of a directive, or undefined. */
export function directive(node, name) {
  const found = node.directives?.find((d) => d.name.value === name);
  const value = (v) => (v.kind === Kind.LIST ? v.values.map(value) : v.value);
  return found && Object.fromEntries(found.arguments.map((a) => [a.name.value, value(a.value)]));
}

export class Sdl {
  constructor(text) {
    this.document = parse(text);
    this.types = new Map(this.document.definitions.map((d) => [d.name.value, d]));
    this.executable = this.#build();
  }

  is(name, ...kinds) {
    return kinds.includes(this.types.get(name)?.kind);
  }

  isComposite(name) {
    return this.is(name, Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION,
      Kind.UNION_TYPE_DEFINITION);
  }

  isUnion(name) {
    return this.is(name, Kind.UNION_TYPE_DEFINITION);
  }

  isEnum(name) {
    return this.is(name, Kind.ENUM_TYPE_DEFINITION);
  }

  isLeaf(name) {
    return LEAVES.has(name) || this.isEnum(name);
  }

  field(type, name) {
    return this.types.get(type).fields.find((f) => f.name.value === name);
  }

  /** The relation behind a type; behind a union, that of its first member. */
  source(name) {
    if (this.isUnion(name)) return this.source(this.types.get(name).types[0].name.value);
    const type = this.types.get(name);
    return type && directive(type, 'source')?.relation;
  }

  #isPagedList(parent, f) {
    return isList(f.type) && this.source(named(f.type)) !== undefined && parent !== 'Mutation'
      && !directive(f, 'function') && (parent === 'Query' || directive(f, 'relation'));
  }

  #inputs(name, type, leaves) {
    const where = [];
    const order = [];
    for (const f of type.fields) {
      const n = named(f.type);
      const key = f.name.value;
      if (this.isLeaf(n) && !isList(f.type)) {
        leaves.add(n);
        where.push(`${key}: ${n}Filter`);
        order.push(`${key}: OrderDirection`);
      } else if (this.isComposite(n) && !this.isUnion(n)) {
        where.push(`${key}: ${n}${isList(f.type) ? 'ListFilter' : 'WhereInput'}`);
        order.push(`${key}: ${isList(f.type) ? 'Count' : n}OrderByInput`);
      }
    }
    return `
input ${name}WhereInput {
  ${where.join('\n  ')}
  AND: [${name}WhereInput!] OR: [${name}WhereInput!] NOT: ${name}WhereInput
}
input ${name}OrderByInput { ${order.join('\n  ')} }
input ${name}ListFilter {
  some: ${name}WhereInput every: ${name}WhereInput none: ${name}WhereInput
}`;
  }

  #build() {
    const leaves = new Set();
    let added = COMMON;
    for (const [name, type] of this.types) {
      const reads = this.isComposite(name) && !this.isUnion(name);
      if (reads && !['Query', 'Mutation'].includes(name)) added += this.#inputs(name, type, leaves);
    }
    added += [...leaves].map(filterInput).join('');

    const isPagedList = this.#isPagedList.bind(this);
    const isUnion = this.isUnion.bind(this);
    const paged = visit(this.document, {
      FieldDefinition(f, _key, _parent, _path, ancestors) {
        if (!isPagedList(ancestors.at(-1).name?.value, f)) return undefined;
        const n = named(f.type);
        const args = isUnion(n) ? 'limit: Int, offset: Int'
          : `where: ${n}WhereInput, orderBy: [${n}OrderByInput!], limit: Int, offset: Int`;
        const more = parse(`type T { f(${args}): Int }`).definitions[0].fields[0].arguments;
        return { ...f, arguments: [...f.arguments, ...more] };
      },
    });
    const schema = buildASTSchema(parse(print(paged) + added));
    const errors = validateSchema(schema);
    if (errors.length) throw new Error(errors.join('\n'));
    return schema;
  }
}

// Executable documents that are valid by construction for a schema of graphql-js: a response name always stands
// for the same field with the same arguments and type, so that all fields can be merged; each operation has
// fragments and variables of its own, all used.

import {
  GraphQLNonNull,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import { description, leaf } from './literals.mjs';

const DEPTH = 5;
const BUILT_IN = ['skip', 'include', 'deprecated', 'specifiedBy', 'oneOf'];

class Maker {
  constructor(random, schema) {
    this.random = random;
    this.schema = schema;
    this.names = new Map(); // response name → what it stands for
    this.fragments = [];
    this.count = 0;
    this.directives = schema.getDirectives().filter((d) => !BUILT_IN.includes(d.name));
  }

  // ---- values ----

  /** A literal, or a variable where one may stand. */
  value(type, { hasDefault = false, variables = true, oneOf = false } = {}) {
    const { random } = this;
    if (variables && this.variables && random.chance(0.25)) return this.variable(type, hasDefault, oneOf);
    if (isNonNullType(type)) return this.present(type.ofType, variables);
    if (!oneOf && random.chance(0.1)) return 'null';
    return this.present(type, variables);
  }

  present(type, variables) {
    const { random } = this;
    if (isListType(type)) {
      const bare = random.chance(0.2) && !isListType(getNullableType(type.ofType));
      if (bare) return this.present(getNullableType(type.ofType), variables);
      return `[${random.times(0, 3, () => this.value(type.ofType, { variables })).join(', ')}]`;
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return leaf(random, type.name, {});
    return `{${this.members(type, variables).join(random.pick([', ', ' ']))}}`;
  }

  members(type, variables) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      const field = random.pick(fields);
      return [`${field.name}: ${this.value(field.type, { variables, oneOf: true })}`];
    }
    this.nesting = (this.nesting ?? 0) + 1;
    const chosen = fields.filter((f) => isRequiredInputField(f) || random.chance(this.nesting > 3 ? 0 : 0.4));
    const texts = chosen.map(
      (f) => `${f.name}: ${this.value(f.type, { hasDefault: f.defaultValue !== undefined, variables })}`,
    );
    this.nesting -= 1;
    return texts;
  }

  variable(type, hasDefault, oneOf) {
    const { random } = this;
    const known = [...this.variables].find(
      ([, v]) => String(v.declared) === String(type) && (!oneOf || isNonNullType(v.declared)),
    );
    if (known && random.chance(0.5)) return `$${known[0]}`;
    const name = `v${this.variables.size}`;
    let declared = type;
    let text = '';
    const nullable = getNullableType(type);
    if (oneOf) declared = new GraphQLNonNull(nullable);
    else if (isNonNullType(type) && random.chance(0.3)) {
      // A nullable variable may stand where null may not, if it or the place has a default.
      if (!hasDefault || random.chance(0.5)) text = ` = ${this.present(nullable, false)}`;
      declared = nullable;
    } else if (random.chance(0.2)) declared = new GraphQLNonNull(nullable);
    else if (random.chance(0.3)) text = ` = ${this.value(type, { variables: false })}`;
    this.variables.set(name, { declared, text: '' }); // before its own directives are made
    this.variables.get(name).text =
      `${description(random)}$${name}: ${declared}${text}` + this.uses('VARIABLE_DEFINITION', false);
    return `$${name}`;
  }

  // ---- directives ----

  arguments(args, variables = true) {
    const given = args.filter((a) => isRequiredArgument(a) || this.random.chance(0.4));
    if (!given.length) return '';
    const texts = given.map(
      (a) => `${a.name}: ${this.value(a.type, { hasDefault: a.defaultValue !== undefined, variables })}`,
    );
    return `(${texts.join(this.random.pick([', ', ' ', '\n']))})`;
  }

  uses(place, variables = true, conditions = true) {
    const { random } = this;
    const texts = this.directives
      .filter((d) => d.locations.includes(place) && random.chance(0.15))
      .map((d) => ` @${d.name}${this.arguments(d.args, variables)}`);
    if (conditions && ['FIELD', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'].includes(place) && random.chance(0.1)) {
      const condition = this.schema.getDirective(random.pick(['skip', 'include']));
      texts.push(` @${condition.name}(if: ${this.value(condition.args[0].type)})`);
    }
    return texts.join('');
  }

  // ---- selections ----

  field(type, field, depth) {
    const { random } = this;
    const args = this.arguments(field.args);
    const what = `${field.name}${args}:${field.type}`;
    let key = random.chance(0.3)
      ? random.pick(['a', 'b', 'x1', '_', 'on', 'fragment', `z${this.count}`])
      : field.name;
    while (this.names.has(key) && this.names.get(key) !== what) key = `r${(this.count += 1)}`;
    this.names.set(key, what);
    const named = getNamedType(field.type);
    const alias = key === field.name ? '' : `${key}: `;
    const set = isLeafType(named) ? '' : ` ${this.set(named, depth + 1)}`;
    return `${alias}${field.name}${args}${this.uses('FIELD')}${set}`;
  }

  fieldsOf(type, depth) {
    const all = isUnionType(type) ? [] : Object.values(type.getFields());
    return depth < DEPTH ? all : all.filter((f) => isLeafType(getNamedType(f.type)));
  }

  overlapping(type) {
    const composites = Object.values(this.schema.getTypeMap()).filter(
      (t) => (isObjectType(t) || isAbstractType(t)) && !t.name.startsWith('__'),
    );
    const possible = (t) => (isAbstractType(t) ? this.schema.getPossibleTypes(t) : [t]);
    const own = possible(type);
    return composites.filter((t) => possible(t).some((p) => own.includes(p)));
  }

  selection(type, depth) {
    const { random } = this;
    const fields = this.fieldsOf(type, depth);
    const kind = random.weighed([
      [6, 'field'],
      [1, 'typename'],
      [depth < DEPTH ? 1.5 : 0, 'inline'],
      [depth < DEPTH ? 1 : 0, 'spread'],
    ]);
    if (kind === 'field' && fields.length) return this.field(type, random.pick(fields), depth);
    if (kind === 'inline' || kind === 'spread') {
      const on = type.name.startsWith('__') ? type : random.pick([type, ...this.overlapping(type)]);
      return kind === 'inline' ? this.inline(type, on, depth) : this.spread(on, depth);
    }
    const key = random.chance(0.2) ? `t${(this.count += 1)}: ` : '';
    if (!key && this.names.get('__typename') === undefined) this.names.set('__typename', 'typename');
    return `${key}__typename${this.uses('FIELD')}`;
  }

  inline(type, on, depth) {
    const condition = on === type && this.random.chance(0.4) ? '' : ` on ${on.name}`;
    return `...${condition}${this.uses('INLINE_FRAGMENT')} ${this.set(on, depth + 1)}`;
  }

  spread(on, depth) {
    const known = this.fragments.filter((f) => f.on === on && f.done && f.variables === this.variables);
    let fragment = known.length && this.random.chance(0.4) ? this.random.pick(known) : undefined;
    if (!fragment) {
      fragment = { name: `F${this.fragments.length}`, on, variables: this.variables };
      this.fragments.push(fragment);
      fragment.text =
        `${description(this.random)}fragment ${fragment.name} on ${on.name}` +
        `${this.uses('FRAGMENT_DEFINITION', false)} ${this.set(on, depth + 1)}`;
      fragment.done = true;
    }
    return `...${fragment.name}${this.uses('FRAGMENT_SPREAD')}`;
  }

  set(type, depth) {
    const list = this.random.times(1, depth > 2 ? 2 : 4, () => this.selection(type, depth));
    return `{${this.random.pick([' ', '\n'])}${list.join(this.random.pick([' ', '\n', ', ']))} }`;
  }

  // ---- operations ----

  operation(kind, name) {
    const { random } = this;
    const root = this.schema.getRootType(kind);
    this.variables = new Map();
    const uses = this.uses(kind.toUpperCase());
    let set;
    if (kind === 'subscription') {
      const field = random.pick(Object.values(root.getFields()));
      const named = getNamedType(field.type);
      const below = isLeafType(named) ? '' : ` ${this.set(named, 1)}`;
      set = `{ ${field.name}${this.arguments(field.args)}${below} }`;
    } else set = this.rootSet(root, kind);
    const variables = [...this.variables.values()].map((v) => v.text);
    const head = variables.length ? `(${variables.join(random.pick([', ', ' ', '\n']))})` : '';
    if (!head && !uses && !name && kind === 'query' && random.chance(0.6)) return set;
    return `${description(random)}${kind}${name ? ` ${name}` : ''}${head}${uses} ${set}`;
  }

  rootSet(root, kind) {
    const texts = [this.set(root, 0).slice(1, -1)];
    if (kind === 'query' && (this.onlyIntrospection || (this.mayIntrospect && this.random.chance(0.15)))) {
      const query = this.introspection();
      if (this.onlyIntrospection) return `{ ${query} }`;
      texts.push(query);
    }
    return `{ ${texts.join(' ')} }`;
  }

  introspection() {
    const types = Object.values(this.schema.getTypeMap()).map((t) => t.name);
    const [schemaType, typeType] = ['__Schema', '__Type'].map((n) => this.schema.getType(n));
    const names = [...types, 'Nothing', 'String', 'Float'];
    return this.random
      .times(1, 3, () => {
        const key = `i${(this.count += 1)}: `;
        return this.random.chance(0.5)
          ? `${key}__schema ${this.set(schemaType, 0)}`
          : `${key}__type(name: "${this.random.pick(names)}") ${this.set(typeType, 0)}`;
      })
      .join(' ');
  }

  document() {
    const { random } = this;
    const kinds = (this.kinds ?? ['query', 'mutation', 'subscription']).filter((k) =>
      this.schema.getRootType(k),
    );
    const several = !this.onlyIntrospection && random.chance(0.2);
    const n = several ? random.int(2, 3) : 1;
    const texts = Array.from({ length: n }, (_, i) => {
      // An operation's response names are its own, but its fragments' were made with the others'.
      this.names = new Map();
      return this.operation(
        this.onlyIntrospection ? 'query' : random.pick(kinds),
        several || random.chance(0.4) ? `Op${i}` : '',
      );
    });
    texts.push(...this.fragments.map((f) => f.text));
    if (random.chance(0.3)) texts.reverse();
    return texts.join(random.pick(['\n', '\n\n', ' ', '\r\n']));
  }
}

export function document(random, schema, { onlyIntrospection = false, introspection = true, kinds } = {}) {
  const maker = new Maker(random, schema);
  maker.onlyIntrospection = onlyIntrospection;
  maker.mayIntrospect = introspection;
  maker.kinds = kinds;
  return maker.document();
}

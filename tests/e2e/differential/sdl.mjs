// SDL that is valid by construction, with everything the language has for schemas. Types refer to each other
// freely where that is allowed; what must not form a circle (required inputs, defaults, interfaces) refers to
// what stands before it.

import { description, leaf, string } from './literals.mjs';

const WORDS = [
  'id',
  'name',
  'title',
  'count',
  'size',
  'owner',
  'items',
  'parent',
  'state',
  'total',
  'value',
  'kind',
  'type',
  'query',
  'on',
  'input',
  'fragment',
  'first',
  'last',
  'edge',
  'node',
  '_x',
  'A1',
];
const SCALARS = ['Int', 'Float', 'String', 'Boolean', 'ID'];
const TYPE_PLACES = {
  scalar: 'SCALAR',
  enum: 'ENUM',
  input: 'INPUT_OBJECT',
  interface: 'INTERFACE',
  type: 'OBJECT',
  union: 'UNION',
};
const EXECUTABLE = [
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
];
const SYSTEM = [
  'SCHEMA',
  'SCALAR',
  'OBJECT',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'ENUM_VALUE',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
];

class Maker {
  constructor(random) {
    this.random = random;
    this.enums = {};
    this.inputs = new Map(); // name → { oneOf, fields }
    this.directives = [];
    this.definitions = []; // { kind, name, head, members, description }
  }

  names(n) {
    const chosen = new Set();
    while (chosen.size < n) chosen.add(this.random.pick(WORDS));
    return [...chosen];
  }

  /** [Name!]! and the like. */
  wrap(name, required = this.random.chance(0.4)) {
    let text = name;
    for (let i = 0; i < 2 && this.random.chance(0.25); i += 1) text = `[${text}${this.random.pick(['', '!'])}]`;
    return required ? `${text}!` : text;
  }

  literal(type) {
    if (type.endsWith('!')) return this.value(type.slice(0, -1));
    return this.random.chance(0.1) ? 'null' : this.value(type);
  }

  value(type) {
    if (type.startsWith('[')) {
      const item = type.slice(1, -1);
      if (this.random.chance(0.2) && !item.startsWith('[')) return this.value(item.replace(/!$/, ''));
      return `[${this.random.times(0, 3, () => this.literal(item)).join(', ')}]`;
    }
    const input = this.inputs.get(type);
    if (!input) return leaf(this.random, type, this.enums);
    const fields = input.oneOf
      ? [this.random.pick(input.fields)]
      : input.fields.filter((f) => f.required || this.random.chance(0.3));
    return `{${fields.map((f) => `${f.name}: ${input.oneOf ? this.value(f.type) : this.literal(f.type)}`).join(', ')}}`;
  }

  /** Uses of directives at a place, each at most once unless repeatable. */
  uses(place) {
    const fitting = this.directives.filter((d) => d.places.includes(place));
    return fitting
      .flatMap((d) => this.random.times(0, d.repeatable && this.random.chance(0.3) ? 2 : 1, () => d))
      .filter(() => this.random.chance(0.2))
      .map((d) => ` @${d.name}${this.givenArguments(d)}`)
      .join('');
  }

  givenArguments(directive) {
    const given = directive.fields.filter((f) => f.required || this.random.chance(0.5));
    return given.length ? `(${given.map((f) => `${f.name}: ${this.literal(f.type)}`).join(', ')})` : '';
  }

  deprecated(required) {
    if (required || !this.random.chance(0.1)) return '';
    return this.random.chance(0.5) ? ' @deprecated' : ` @deprecated(reason: ${string(this.random)})`;
  }

  /** Arguments or fields of an input: { name, type, required, text }. */
  inputValues(n, place, { oneOf = false, withDefaults = true } = {}) {
    const leaves = [...SCALARS, ...Object.keys(this.enums), ...this.scalars, ...this.inputs.keys()];
    return this.names(n).map((name) => {
      const type = this.wrap(this.random.pick(leaves), oneOf ? false : undefined);
      const hasDefault = !oneOf && withDefaults && this.random.chance(0.25);
      const required = type.endsWith('!') && !hasDefault;
      const text =
        description(this.random) +
        `${name}: ${type}` +
        (hasDefault ? ` = ${this.literal(type)}` : '') +
        this.deprecated(required) +
        this.uses(place);
      return { name, type, required, text };
    });
  }

  arguments() {
    if (!this.random.chance(0.35)) return [];
    return this.inputValues(this.random.int(1, 3), 'ARGUMENT_DEFINITION');
  }

  field(name, type, args) {
    return {
      name,
      type,
      args,
      text: (extra = '') =>
        description(this.random, '  ') +
        name +
        (args.length ? `(${args.map((a) => a.text).join(this.random.pick([', ', '\n', ' ']))})` : '') +
        `: ${type}${extra}${this.uses('FIELD_DEFINITION')}`,
    };
  }

  fields(n, outputs) {
    return this.names(n).map((name) =>
      this.field(name, this.wrap(this.random.pick(outputs)), this.arguments()),
    );
  }

  define(kind, name, head, members) {
    this.definitions.push({ kind, name, head, members });
  }

  makeDirectives() {
    this.random
      .times(0, 3, (i) => {
        const name = `dir${i}`;
        const fields = this.random.chance(0.6)
          ? this.inputValues(this.random.int(1, 2), 'ARGUMENT_DEFINITION')
          : [];
        const places = this.random.some([...EXECUTABLE, ...SYSTEM], 0.4);
        if (!places.length) places.push('FIELD');
        const repeatable = this.random.chance(0.3);
        const args = fields.length ? `(${fields.map((f) => f.text).join(', ')})` : '';
        const text =
          `${description(this.random)}directive @${name}${args}${repeatable ? ' repeatable' : ''} on ` +
          `${this.random.chance(0.2) ? '| ' : ''}${places.join(' | ')}`;
        this.definitions.push({ text });
        return { name, fields, places, repeatable };
      })
      .forEach((d) => this.directives.push(d)); // after all are made: none stands on another's arguments
  }

  makeLeaves() {
    this.scalars = this.random.times(0, 2, (i) => `Scalar${i}`);
    this.scalars.forEach((name) =>
      this.define(
        'scalar',
        name,
        this.random.chance(0.3) ? ' @specifiedBy(url: "https://example.org/")' : '',
        [],
      ),
    );
    this.random.times(0, 2, (i) => {
      const values = this.random.some(['RED', 'GREEN', 'blue', 'type', 'on', '_1', 'X'], 0.5);
      if (!values.length) values.push('ONE');
      this.enums[`Enum${i}`] = values;
      this.define(
        'enum',
        `Enum${i}`,
        '',
        values.map(
          (v) => description(this.random, '  ') + v + this.deprecated(false) + this.uses('ENUM_VALUE'),
        ),
      );
    });
  }

  makeInputs() {
    this.random.times(0, 3, (i) => {
      const oneOf = this.random.chance(0.3);
      const name = `Input${i}`;
      const fields = this.inputValues(this.random.int(1, 4), 'INPUT_FIELD_DEFINITION', { oneOf });
      const members = fields.map((f) => f.text);
      if (this.random.chance(0.3) && !oneOf) members.push(`self: [${name}]`);
      this.inputs.set(name, { oneOf, fields });
      this.define('input', name, oneOf ? ' @oneOf' : '', members);
    });
  }

  makeComposites() {
    const { random } = this;
    const interfaces = random.times(0, 2, (i) => `Face${i}`);
    const objects = random.times(1, 4, (i) => `Object${i}`);
    const unions = random.times(0, 2, (i) => `Union${i}`);
    const outputs = [
      ...SCALARS,
      ...this.scalars,
      ...Object.keys(this.enums),
      ...interfaces,
      ...objects,
      ...unions,
    ];
    const faces = [];
    interfaces.forEach((name) => {
      const above = random.some(faces, 0.4);
      const face = this.composite('interface', name, outputs, above);
      faces.push(face);
    });
    [...objects].forEach((name) => this.composite('type', name, outputs, random.some(faces, 0.4)));
    unions.forEach((name) => {
      const members = random.some(objects, 0.6);
      if (!members.length) members.push(objects[0]);
      this.definitions.push({
        text:
          `${description(random)}union ${name}${this.uses('UNION')} = ` +
          (random.chance(0.2) ? '| ' : '') +
          members.join(' | '),
      });
    });
    return outputs;
  }

  /** An interface or object with the fields of all that it implements, in objects perhaps with narrower types. */
  composite(kind, name, outputs, above) {
    const all = [...new Set(above.flatMap((f) => [...f.above, f]))];
    const inherited = new Map();
    const ok = all.filter(
      (face) =>
        face.fields.every((f) => {
          const same = inherited.get(f.name);
          return !same || same === f;
        }) && face.fields.every((f) => inherited.set(f.name, f)),
    );
    const faces = ok.filter((face) => face.above.every((f) => ok.includes(f)));
    const taken = new Map(faces.flatMap((f) => f.fields.map((field) => [field.name, field])));
    const fields = [...taken.values()].map((f) => {
      const stricter = kind === 'type' && !f.type.endsWith('!') && this.random.chance(0.3);
      const more =
        kind === 'type' && this.random.chance(0.2) && !f.args.some((a) => a.name === 'extra')
          ? [{ name: 'extra', text: 'extra: Int' }]
          : [];
      return stricter || more.length
        ? this.field(f.name, stricter ? `${f.type}!` : f.type, [...f.args, ...more])
        : f;
    });
    for (const f of this.fields(this.random.int(1, 4), outputs)) if (!taken.has(f.name)) fields.push(f);
    const order = fields.map((f) => f.text(taken.has(f.name) ? '' : this.deprecated(false)));
    const head = faces.length
      ? ` implements ${this.random.chance(0.2) ? '& ' : ''}${faces.map((f) => f.name).join(' & ')}`
      : '';
    this.define(kind, name, head, order);
    return { name, fields, above: faces };
  }

  makeRoots(outputs) {
    const { random } = this;
    const named = random.chance(0.2);
    const roots = { query: named ? 'Root' : 'Query' };
    if (random.chance(0.4)) roots.mutation = named ? 'Changes' : 'Mutation';
    if (random.chance(0.4)) roots.subscription = named ? 'Events' : 'Subscription';
    for (const name of Object.values(roots))
      this.define(
        'type',
        name,
        '',
        this.fields(random.int(1, 5), outputs).map((f) => f.text(this.deprecated(false))),
      );
    if (named || random.chance(0.2)) {
      const members = Object.entries(roots).map(([operation, type]) => `${operation}: ${type}`);
      this.definitions.push({
        text: `${description(random)}schema${this.uses('SCHEMA')} {\n  ${members.join('\n  ')}\n}`,
      });
    }
  }

  print({ kind, name, head, members, text }) {
    if (text) return [text];
    const { random } = this;
    const block = (list) =>
      list.length ? ` {\n${list.map((m) => (m.startsWith('  ') ? m : `  ${m}`)).join('\n')}\n}` : '';
    const cut = members.length > 1 && random.chance(0.15) ? random.int(1, members.length - 1) : members.length;
    const out = [
      `${description(random)}${kind} ${name}${head}${this.uses(TYPE_PLACES[kind])}${block(members.slice(0, cut))}`,
    ];
    if (cut < members.length) out.push(`extend ${kind} ${name}${block(members.slice(cut))}`);
    return out;
  }

  make() {
    this.scalars = [];
    this.makeLeaves();
    this.makeInputs();
    this.makeDirectives();
    this.makeRoots(this.makeComposites());
    const texts = this.definitions.flatMap((d) => this.print(d));
    for (let i = texts.length - 1; i > 0; i -= 1) {
      const k = this.random.int(0, i);
      [texts[i], texts[k]] = [texts[k], texts[i]];
    }
    return texts.join(this.random.pick(['\n', '\n\n', '\r\n', ' # note\n']));
  }
}

export const sdl = (random) => new Maker(random).make();

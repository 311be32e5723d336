// Random filters and orders that fit the schema which the server gives of itself, with operands from
// the data and from a list of hostile texts. The same seed gives the same cases.

import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';

export const HOSTILE = ["'", "';drop table track;--", '"', '\\', '%', '_', '%_%', '\\%', '$1', '$$', '{}',
  '[', 'NULL', 'null', '', ' ', 'é', 'É', 'ß', '漢字', '🎈', "O'Brien", '--', '/*', '?', ':a', '0', 'a\tb',
  'line\nbreak', '{"a":1}', "E'\\x'"];

/** mulberry32 */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const DIRECTIONS = ['ASC', 'DESC', 'ASC_NULLS_FIRST', 'ASC_NULLS_LAST', 'DESC_NULLS_FIRST',
  'DESC_NULLS_LAST'];

export class Generator {
  constructor(model, schema, operators, skipped, seed) {
    Object.assign(this, { model, schema, operators, skipped });
    this.next = random(seed);
    this.seen = new Map();
    this.values = new Map();
  }

  int(n) {
    return Math.floor(this.next() * n);
  }

  chance(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.int(list.length)];
  }

  /** Values of a field that occur, without nulls. */
  #known(type, field) {
    const id = `${type}.${field.name}`;
    if (!this.values.has(id)) {
      const rows = this.model.source(type) ? this.model.all(type) : this.#embedded(type);
      const embedded = !this.model.source(type);
      this.values.set(id, [...new Set(rows.map((r) => this.model.value(r, type, field, embedded))
        .filter((v) => v !== null))]);
    }
    return this.values.get(id);
  }

  /** All objects of a type without a source: they stand in rows of others. */
  #embedded(type) {
    const found = [];
    for (const t of this.model.types.values()) {
      for (const f of t.fields.values()) {
        if (f.type !== type || f.relation || !t.relation) continue;
        for (const row of this.model.all(t.name)) found.push(this.model.value(row, t.name, f) ?? {});
      }
    }
    return found;
  }

  #operand(type, field) {
    const known = this.#known(type, field);
    const value = known.length && this.chance(0.95) ? this.pick(known) : null;
    if (this.model.enums.has(field.type)) return this.pick(this.model.enums.get(field.type));
    switch (field.type) {
      case 'Int': {
        const near = (value ?? 0) + (this.chance(0.3) ? this.pick([-1, 1]) : 0);
        return Math.min(Math.max(near, -(2 ** 31)), 2 ** 31 - 1);
      }
      case 'Float': return value ?? 0.5;
      case 'BigInt': return String(value ?? 1);
      case 'Decimal': return String(value ?? '0.5');
      case 'Boolean': return this.chance(0.5);
      case 'UUID': return value ?? '00000000-0000-0000-0000-000000000000';
      case 'DateTime': return value ?? '2025-01-01T00:00:00Z';
      case 'Date': return value ?? '2025-01-01';
      case 'Time': return value ?? '12:00:00';
      case 'EmailAddress': return value ?? 'nobody@example.org';
      default: return this.chance(0.2) ? this.pick(HOSTILE) : value ?? 'a';
    }
  }

  /** Part of a text that occurs, or something hostile. */
  #part(type, field) {
    const text = String(this.#operand(type, field));
    if (this.chance(0.15)) return this.pick(HOSTILE);
    const letters = [...text];
    const from = this.int(Math.max(1, letters.length));
    const part = letters.slice(from, from + 1 + this.int(6)).join('');
    return this.chance(0.3) ? this.pick([part.toUpperCase(), part.toLowerCase()]) : part;
  }

  #pattern(type, field) {
    const quoted = this.#part(type, field).replace(/[\\%_]/g, '\\$&');
    return this.pick([`%${quoted}%`, `${quoted}%`, `%${quoted}`, `_${quoted}%`, `%${quoted}_`, '%']);
  }

  #expression(type, field) {
    const letters = this.#part(type, field).replace(/[^a-zA-Z0-9 ]/g, '');
    return this.pick([letters, `^${letters}`, `${letters}$`, `${letters}.`, `[a-f]${letters}`]);
  }

  #apply(operator, type, field) {
    const some = (n) => Array.from({ length: n }, () => this.#operand(type, field));
    switch (operator) {
      case 'isNull': return this.chance(0.5);
      case 'in': case 'nin': return some(this.int(5));
      case 'between': {
        const [from, to] = some(2);
        return { from, to };
      }
      case 'like': case 'ilike': return this.#pattern(type, field);
      case 'matches': case 'imatches': return this.#expression(type, field);
      case 'contains': case 'startsWith': case 'endsWith': case 'icontains': case 'istartsWith':
      case 'iendsWith': return this.#part(type, field);
      default: return this.#operand(type, field);
    }
  }

  #filter(input, type, field) {
    const names = Object.keys(input.getFields()).filter((o) => !this.skipped.has(o));
    const out = {};
    for (let n = this.chance(0.15) ? 2 : 1; n > 0; n -= 1) {
      const unseen = names.filter((o) => !this.seen.has(`${field.type} ${o}`));
      const operator = this.pick(unseen.length && this.chance(0.5) ? unseen : names);
      if (!this.operators.has(operator)) throw new Error(`${input.name}.${operator}: not evaluated`);
      const at = `${field.type} ${operator}`;
      this.seen.set(at, (this.seen.get(at) ?? 0) + 1);
      out[operator] = this.#apply(operator, type, field);
    }
    return out;
  }

  where(type, depth = 3) {
    const input = this.schema.getType(`${type}WhereInput`);
    const names = Object.keys(input.getFields());
    const out = {};
    for (let n = this.pick([1, 1, 1, 2, 2, 3]); n > 0; n -= 1) {
      const name = this.pick(names);
      const member = getNamedType(input.getFields()[name].type);
      if (name === 'AND' || name === 'OR') {
        if (depth > 0) out[name] = Array.from({ length: this.int(4) }, () => this.where(type, depth - 1));
      } else if (name === 'NOT') {
        if (depth > 0) out.NOT = this.where(type, depth - 1);
      } else {
        const field = this.model.types.get(type).fields.get(name);
        if (this.model.isLeaf(field.type)) out[name] = this.#filter(member, type, field);
        else if (depth > 0 && !field.list) out[name] = this.where(field.type, depth - 1);
        else if (depth > 0) {
          out[name] = { [this.pick(['some', 'every', 'none'])]: this.where(field.type, depth - 1) };
        }
      }
    }
    return out;
  }

  /** One object of an order input, down to a direction. */
  #order(input, depth) {
    const fields = Object.values(input.getFields()).filter((f) =>
      depth > 0 || !isInputObjectType(getNamedType(f.type)));
    const field = this.pick(fields);
    const type = getNamedType(field.type);
    return { [field.name]: isInputObjectType(type) ? this.#order(type, depth - 1) : this.pick(DIRECTIONS) };
  }

  orderBy(type) {
    const input = this.schema.getType(`${type}OrderByInput`);
    return Array.from({ length: this.pick([0, 1, 1, 1, 2, 2, 3]) }, () => this.#order(input, 2));
  }
}

/** A value as a literal. */
export function literal(value, type) {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return `[${value.map((v) => literal(v, bare.ofType)).join(', ')}]`;
  if (isInputObjectType(bare)) {
    const members = Object.entries(value).map(([k, v]) => `${k}: ${literal(v, bare.getFields()[k].type)}`);
    return `{${members.join(', ')}}`;
  }
  return isEnumType(bare) ? value : JSON.stringify(value);
}

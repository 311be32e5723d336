// Where values are, what belongs together, what a filter keeps, and in which order.
// An object is a row of the store, {relation, columns}, or a document: plain JSON.

import { directive, isList, named, snake } from './schema.mjs';

const and = (list) => (list.includes(false) ? false : list.includes(null) ? null : true);
const or = (list) => (list.includes(true) ? true : list.includes(null) ? null : false);
const not = (x) => (x === null ? null : !x);

function like(text, pattern, flags) {
  const parts = [...pattern.matchAll(/\\(.)|%|_|[^\\%_]+/gsu)].map(([part, escaped]) => {
    if (part === '%') return '[^]*';
    if (part === '_') return '[^]';
    return (escaped ?? part).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, flags).test(text);
}

const lower = (s) => s.toLowerCase();
const TEXT = {
  contains: (have, want) => have.includes(want),
  startsWith: (have, want) => have.startsWith(want),
  endsWith: (have, want) => have.endsWith(want),
  icontains: (have, want) => lower(have).includes(lower(want)),
  istartsWith: (have, want) => lower(have).startsWith(lower(want)),
  iendsWith: (have, want) => lower(have).endsWith(lower(want)),
  ieq: (have, want) => lower(have) === lower(want),
  like: (have, want) => like(have, want, 'u'),
  ilike: (have, want) => like(have, want, 'iu'),
};
const COMPARE = {
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

// {author: {name: 'DESC'}} → 'DESC'
const innermost = (d) => (typeof d === 'string' ? d : innermost(Object.values(d)[0]));

export class Reader {
  constructor(sdl, store) {
    this.sdl = sdl;
    this.store = store;
  }

  /** A leaf or an embedded object. */
  value(object, type, name) {
    const at = directive(this.sdl.field(type, name), 'column') ?? {};
    const isRow = object.relation !== undefined;
    const document = isRow ? object.columns[at.path && at.name ? at.name : 'data'] : object;
    if (at.path) return at.path.split('.').reduce((x, key) => x?.[key], document) ?? null;
    const key = at.name ?? snake(name);
    if (isRow && this.store.hasColumn(object.relation, key)) return object.columns[key] ?? null;
    if (!document || !(key in document)) throw new Error(`${type}.${name}: there is no ${key}`);
    return document[key] ?? null;
  }

  #column(row, name) {
    if (this.store.hasColumn(row.relation, name)) return row.columns[name];
    throw new Error(`${row.relation} has no column ${name}`);
  }

  /** The foreign key of a link table that leads to a relation, or to the table of its view. */
  #linkKey(link, relation, column) {
    const base = (name) => name.replace(/\b(tb|tv|v)_/, '');
    return this.store.catalog[link].foreignKeys.find((k) =>
      k.reference === column && base(k.to) === base(relation)).column;
  }

  /** The rows that a @relation leads to. */
  related(object, type, field) {
    const { fields, references, relation: link } = directive(field, 'relation');
    const target = this.sdl.source(named(field.type));
    // A document, such as a mutation's entity, is looked up first.
    const row = object.relation ? object
      : this.store.rows(this.sdl.source(type)).find((r) => r.columns.id === object.id);
    const key = fields.map((name) => this.#column(row, name));
    if (key.includes(null)) return [];
    const same = (a, b) => String(a) === String(b);
    if (!link) {
      return this.store.rows(target).filter((r) =>
        references.every((name, i) => same(this.#column(r, name), key[i])));
    }
    const here = this.#linkKey(link, row.relation, fields[0]);
    const there = this.#linkKey(link, target, references[0]);
    const keys = this.store.rows(link).filter((l) => same(l.columns[here], key[0]))
      .map((l) => String(l.columns[there]));
    return this.store.rows(target).filter((r) =>
      keys.includes(String(this.#column(r, references[0]))));
  }

  #one(object, type, field) {
    if (directive(field, 'relation')) return this.related(object, type, field)[0] ?? null;
    return this.value(object, type, field.name.value);
  }

  /** A form that < and === compare rightly. */
  comparable(value, kind) {
    if (value === null || value === undefined) return null;
    if (kind === 'DateTime') return Date.parse(value);
    if (kind === 'BigInt') return BigInt(value);
    if (kind === 'Decimal') return Number(value);
    if (!this.sdl.isEnum(kind)) return value;
    return this.sdl.types.get(kind).values
      .findIndex((v) => v.name.value === String(value).toUpperCase());
  }

  /** true, false, or null for unknown, as in SQL. */
  holds(operator, have, want, kind) {
    if (operator === 'isNull') return (have === null) === want;
    if (operator === 'in') return or(want.map((w) => this.holds('eq', have, w, kind)));
    if (operator === 'nin') return and(want.map((w) => this.holds('neq', have, w, kind)));
    if (operator === 'between') {
      return and([
        this.holds('gte', have, want.from, kind), this.holds('lte', have, want.to, kind)]);
    }
    if (have === null) return null;
    if (operator in TEXT) return TEXT[operator](have, want);
    return COMPARE[operator](this.comparable(have, kind), this.comparable(want, kind));
  }

  matches(object, type, where) {
    return and(Object.entries(where).map(([key, want]) => {
      if (key === 'AND') return and(want.map((w) => this.matches(object, type, w)));
      if (key === 'OR') return or(want.map((w) => this.matches(object, type, w)));
      if (key === 'NOT') return not(this.matches(object, type, want));
      return this.#fieldMatches(object, type, this.sdl.field(type, key), want);
    }));
  }

  #fieldMatches(object, type, field, want) {
    const n = named(field.type);
    if (!this.sdl.isComposite(n)) {
      const have = this.value(object, type, field.name.value);
      return and(Object.entries(want).map(([op, operand]) => this.holds(op, have, operand, n)));
    }
    if (!isList(field.type)) {
      const one = this.#one(object, type, field);
      return one ? this.matches(one, n, want) : false;
    }
    const many = this.related(object, type, field);
    const is = (w) => (item) => this.matches(item, n, w) === true;
    return (!want.some || many.some(is(want.some)))
      && (!want.every || many.every(is(want.every)))
      && (!want.none || !many.some(is(want.none)));
  }

  /** [what to compare, direction] of one item of orderBy. */
  #sortKey(object, type, order) {
    const [[key, direction]] = Object.entries(order);
    const field = this.sdl.field(type, key);
    const n = named(field.type);
    if (!this.sdl.isComposite(n)) {
      return [this.comparable(this.value(object, type, key), n), direction];
    }
    if (isList(field.type)) return [this.related(object, type, field).length, direction.count];
    const one = this.#one(object, type, field);
    return one ? this.#sortKey(one, n, direction) : [null, innermost(direction)];
  }

  #compare([a, direction], [b]) {
    const descending = direction.startsWith('DESC');
    const nullsFirst = direction.includes('NULLS') ? direction.endsWith('FIRST') : descending;
    if (a === null || b === null) return (a === b ? 0 : (a === null) === nullsFirst ? -1 : 1);
    return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
  }

  /** The rows that a list shows: filtered, sorted by a total order, cut. */
  page(rows, field, args) {
    const n = named(field.type);
    const relation = this.sdl.source(n);
    const policy = directive(field, 'list') ?? {};
    const { columns, key } = this.store.catalog[relation];
    const order = args.orderBy ?? [policy.defaultOrder ?? []].flat().map((text) => {
      const [name, direction] = text.split(' ');
      return { [name]: direction };
    });
    const keys = (row) => [
      ...order.map((o) => this.#sortKey(row, n, o)),
      ...(key ?? ['id']).map((c) =>
        [columns[c] === 'bigint' ? BigInt(row.columns[c]) : row.columns[c], 'ASC']),
    ];
    const kept = args.where ? rows.filter((r) => this.matches(r, n, args.where) === true) : rows;
    const sorted = kept.map((row) => [row, keys(row)]).sort(([, a], [, b]) => {
      const i = a.findIndex((k, j) => this.#compare(k, b[j]) !== 0);
      return i < 0 ? 0 : this.#compare(a[i], b[i]);
    });
    const from = args.offset ?? 0;
    const limit = args.limit ?? Number(policy.defaultLimit ?? 100);
    return sorted.slice(from, from + limit).map(([row]) => row);
  }
}

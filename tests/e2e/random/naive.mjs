// The slow and plain answer: every row is looked at, nothing is planned. Unknown is null, as in SQL.

const and = (list) => (list.includes(false) ? false : list.includes(null) ? null : true);
const or = (list) => (list.includes(true) ? true : list.includes(null) ? null : false);
const not = (x) => (x === null ? null : !x);

function likePattern(pattern, flags) {
  const parts = [...pattern.matchAll(/\\(.)|%|_|[^\\%_]+/gsu)].map(([part, escaped]) => {
    if (part === '%') return '[^]*';
    if (part === '_') return '[^]';
    return (escaped ?? part).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, `${flags}u`);
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
  like: (have, want) => likePattern(want, '').test(have),
  ilike: (have, want) => likePattern(want, 'i').test(have),
  matches: (have, want) => new RegExp(want, 'u').test(have),
  imatches: (have, want) => new RegExp(want, 'iu').test(have),
};
const COMPARE = {
  eq: (a, b) => a === b, neq: (a, b) => a !== b,
  gt: (a, b) => a > b, gte: (a, b) => a >= b, lt: (a, b) => a < b, lte: (a, b) => a <= b,
};

/** Exact: hundred-quintillionths. */
function decimal(text) {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text));
  const n = BigInt(whole) * 10n ** 20n + BigInt(part.padEnd(20, '0'));
  return sign ? -n : n;
}

/** Microseconds. */
function moment(text) {
  const [, before, part = '', zone] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)$/.exec(text);
  return BigInt(Date.parse(`${before.replace(' ', 'T')}${zone}`)) * 1000n + BigInt(part.padEnd(6, '0'));
}

export const OPERATORS = new Set([...Object.keys(TEXT), ...Object.keys(COMPARE),
  'in', 'nin', 'isNull', 'between']);

export class Naive {
  constructor(model) {
    this.model = model;
  }

  /** A form that < and === compare as the database does. */
  comparable(value, type) {
    if (value === null || value === undefined) return null;
    if (this.model.enums.has(type)) return this.model.enums.get(type).indexOf(value);
    switch (type) {
      case 'DateTime': return moment(value);
      case 'BigInt': return BigInt(value);
      case 'Decimal': return decimal(value);
      case 'Int': case 'Float': case 'Boolean': return value;
      case 'UUID': case 'Date': case 'Time': return String(value);
      default: return this.model.ranks.get(value) ?? fail(`no rank of ${JSON.stringify(value)}`);
    }
  }

  holds(operator, have, want, type) {
    if (operator === 'isNull') return (have === null) === want;
    if (operator === 'in') return or(want.map((w) => this.holds('eq', have, w, type)));
    if (operator === 'nin') return and(want.map((w) => this.holds('neq', have, w, type)));
    if (operator === 'between') {
      return and([this.holds('gte', have, want.from, type), this.holds('lte', have, want.to, type)]);
    }
    if (have === null) return null;
    if (operator in TEXT) return TEXT[operator](have, want);
    return COMPARE[operator](this.comparable(have, type), this.comparable(want, type));
  }

  matches(object, type, where, embedded = false) {
    return and(Object.entries(where).map(([key, want]) => {
      if (key === 'AND') return and(want.map((w) => this.matches(object, type, w, embedded)));
      if (key === 'OR') return or(want.map((w) => this.matches(object, type, w, embedded)));
      if (key === 'NOT') return not(this.matches(object, type, want, embedded));
      return this.#field(object, type, this.model.types.get(type).fields.get(key), want, embedded);
    }));
  }

  #field(object, type, field, want, embedded) {
    const { model } = this;
    if (model.isLeaf(field.type)) {
      const have = model.value(object, type, field, embedded);
      return and(Object.entries(want).map(([op, operand]) => this.holds(op, have, operand, field.type)));
    }
    if (!field.relation) {
      return this.matches(model.value(object, type, field, embedded) ?? {}, field.type, want, true);
    }
    const is = (w) => (row) => this.matches(row, field.type, w) === true;
    const rows = model.related(object, type, field);
    if (!field.list) return rows.some(is(want));
    return (!want.some || rows.some(is(want.some))) && (!want.every || rows.every(is(want.every)))
      && (!want.none || !rows.some(is(want.none)));
  }

  /** An aggregate of a field over rows: comparable. */
  aggregate(fn, rows, type, field) {
    const values = rows.map((r) => this.model.value(r, type, field)).filter((v) => v !== null);
    if (fn === 'countDistinct') return new Set(values.map((v) => this.comparable(v, field.type))).size;
    if (values.length === 0) return null;
    const all = values.map((v) => this.comparable(v, field.type));
    if (fn === 'min') return all.reduce((a, b) => (b < a ? b : a));
    if (fn === 'max') return all.reduce((a, b) => (b > a ? b : a));
    const sum = all.reduce((a, b) => a + b);
    return fn === 'sum' ? sum : Number(sum) / all.length;
  }

  /** [what to compare, direction] */
  #sortKey(object, type, order, embedded) {
    const { model } = this;
    const [[key, inner]] = Object.entries(order);
    const field = model.types.get(type).fields.get(key);
    if (model.isLeaf(field.type)) {
      return [this.comparable(model.value(object, type, field, embedded), field.type), inner];
    }
    if (!field.relation) {
      return this.#sortKey(model.value(object, type, field, embedded) ?? {}, field.type, inner, true);
    }
    const rows = model.related(object, type, field);
    if (!field.list) {
      if (rows.length) return this.#sortKey(rows[0], field.type, inner);
      const direction = (d) => (typeof d === 'string' ? d : direction(Object.values(d)[0]));
      return [null, direction(inner)];
    }
    const [[fn, by]] = Object.entries(inner);
    if (fn === 'count') return [rows.length, by];
    const [[name, direction]] = Object.entries(by);
    return [this.aggregate(fn, rows, field.type, model.types.get(field.type).fields.get(name)), direction];
  }

  static #compare([a, direction], [b]) {
    const descending = direction.startsWith('DESC');
    const nullsFirst = direction.includes('NULLS') ? direction.endsWith('FIRST') : descending;
    if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1;
    return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
  }

  /** The rows that are kept, in order. `field` is where the list is asked for. */
  list(rows, type, { where, orderBy }, field, shown) {
    const { model } = this;
    const relation = model.source(type);
    const policy = [field.policy?.defaultOrder ?? []].flat().map((text) => {
      const [name, direction = 'ASC'] = text.split(' ');
      return { [name]: direction };
    });
    const columnKey = (row, c) => {
      const kind = model.catalog[relation].columns[c];
      return [kind === 'bigint' ? BigInt(row[c]) : row[c], 'ASC'];
    };
    const keys = (row) => [
      ...(orderBy?.length ? orderBy : policy).map((o) => this.#sortKey(row, type, o)),
      ...model.key(type, shown).map((c) => columnKey(row, c)),
    ];
    return rows.filter((r) => !where || this.matches(r, type, where) === true)
      .map((row) => [row, keys(row)])
      .sort(([, a], [, b]) => {
        for (let i = 0; i < a.length; i += 1) {
          const c = Naive.#compare(a[i], b[i]);
          if (c) return c;
        }
        return 0;
      }).map(([row]) => row);
  }
}

function fail(message) {
  throw new Error(message);
}

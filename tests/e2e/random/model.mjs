// What the schema says about the data, and the data: plain rows of every relation, by `select *`.
// Knows SDL and its directives, nothing of the server.

import { Kind, parse } from 'graphql';

const snake = (s) => s.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const named = (t) => (t.kind === Kind.NAMED_TYPE ? t.name.value : named(t.type));
const isList = (t) => t.kind === Kind.LIST_TYPE || (t.kind === Kind.NON_NULL_TYPE && isList(t.type));

function directive(node, name) {
  const value = (v) => (v.kind === Kind.LIST ? v.values.map(value) : v.value);
  const found = node.directives?.find((d) => d.name.value === name);
  return found && Object.fromEntries(found.arguments.map((a) => [a.name.value, value(a.value)]));
}

const CATALOG = `
select json_object_agg(c.oid::regclass::text, json_build_object(
  'columns', (select json_object_agg(attname, format_type(atttypid, null)) from pg_attribute
    where attrelid = c.oid and attnum > 0 and not attisdropped),
  'keys', (select json_agg(json_build_object('primary', i.indisprimary, 'columns', (
      select json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum)) from pg_attribute a
      where a.attrelid = c.oid and a.attnum = any (i.indkey))))
    from pg_index i where i.indrelid = c.oid and i.indisunique),
  'links', (select json_agg(json_build_object('column', a.attname, 'to', confrelid::regclass::text,
      'reference', b.attname)) from pg_constraint k
    join pg_attribute a on a.attrelid = conrelid and a.attnum = k.conkey[1]
    join pg_attribute b on b.attrelid = confrelid and b.attnum = k.confkey[1]
    where contype = 'f' and conrelid = c.oid)))
from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'v') and nspname not in ('pg_catalog', 'information_schema', 'fraiseql')`;

export class Model {
  static async load(sdl, pg) {
    const m = new Model();
    m.types = new Map();
    m.enums = new Map();
    for (const d of parse(sdl).definitions) {
      if (d.kind === Kind.ENUM_TYPE_DEFINITION) m.enums.set(d.name.value, d.values.map((v) => v.name.value));
      if (d.kind !== Kind.OBJECT_TYPE_DEFINITION && d.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
      const t = m.types.get(d.name.value) ?? { name: d.name.value, fields: new Map() };
      t.relation ??= directive(d, 'source')?.relation;
      for (const f of d.fields) t.fields.set(f.name.value, m.#field(f));
      m.types.set(t.name, t);
    }
    m.catalog = JSON.parse(await pg.sql(CATALOG));
    m.rows = new Map();
    for (const [relation, facts] of Object.entries(m.catalog)) {
      const exact = Object.entries(facts.columns)
        .filter(([, type]) => ['bigint', 'numeric'].includes(type))
        .map(([name]) => ` || jsonb_build_object('${name}', t.${name}::text)`);
      const text = await pg.sql(`select to_jsonb(t)${exact.join('')} from ${relation} t`);
      m.rows.set(relation, text.split('\n').filter(Boolean).map((line) => JSON.parse(line)));
    }
    await m.#rank(pg);
    return m;
  }

  #indexes = new Map();
  #related = new Map();
  texts = new Set();

  #field(f) {
    return { name: f.name.value, type: named(f.type), list: isList(f.type),
      column: directive(f, 'column'), relation: directive(f, 'relation'), policy: directive(f, 'list') };
  }

  /** The database's own order of all texts: its collation, not JavaScript's. */
  async #rank(pg) {
    const collect = (x) => {
      if (typeof x === 'string') this.texts.add(x);
      else if (x && typeof x === 'object') Object.values(x).forEach(collect);
    };
    for (const rows of this.rows.values()) collect(rows);
    await this.addTexts(pg, []);
  }

  async addTexts(pg, more) {
    for (const t of more) this.texts.add(t);
    const list = JSON.stringify([...this.texts]);
    const { writeFile, rm } = await import('node:fs/promises');
    const path = `${pg.dir}/texts.json`;
    await writeFile(path, list);
    const lines = await pg.sql(`select r from (select o, dense_rank() over (order by t) r
      from jsonb_array_elements_text(pg_read_file('${path}')::jsonb) with ordinality x (t, o)) y order by o`);
    await rm(path);
    const ranks = lines.split('\n').map(Number);
    this.ranks = new Map([...this.texts].map((t, i) => [t, ranks[i]]));
  }

  isLeaf(type) {
    return !this.types.has(type);
  }

  source(type) {
    return this.types.get(type)?.relation;
  }

  /** The rows of a type; each carries what it is. */
  all(type) {
    return this.rows.get(this.source(type));
  }

  /** A leaf or embedded object of a row (when `row`) or of an embedded object. */
  value(object, type, field, embedded) {
    const relation = embedded ? undefined : this.source(type);
    const { name, path } = field.column ?? {};
    if (path) {
      return path.split('.').reduce((x, k) => x?.[k], relation ? object.data : object) ?? null;
    }
    const key = name ?? snake(field.name);
    if (relation && key in this.catalog[relation].columns) return object[key] ?? null;
    return (relation ? object.data : object)?.[key] ?? null;
  }

  #index(relation, columns) {
    const id = `${relation}:${columns}`;
    if (!this.#indexes.has(id)) {
      const index = new Map();
      for (const row of this.rows.get(relation)) {
        const key = JSON.stringify(columns.map((c) => String(row[c])));
        if (columns.some((c) => row[c] === null)) continue;
        if (!index.has(key)) index.set(key, []);
        index.get(key).push(row);
      }
      this.#indexes.set(id, index);
    }
    return this.#indexes.get(id);
  }

  /** The foreign key column of a link table that means this side. */
  #linkColumn(link, relation, column, not) {
    const base = (name) => name.replace(/\b(tb|tv|v)_/, '');
    return this.catalog[link].links.find((k) => k.column !== not && k.reference === column
      && base(k.to) === base(relation)).column;
  }

  /** The rows that a relation leads to from a row. */
  related(row, type, field) {
    let known = this.#related.get(field);
    if (!known) this.#related.set(field, known = new Map());
    if (!known.has(row)) known.set(row, this.#join(row, type, field));
    return known.get(row);
  }

  #join(row, type, field) {
    const { fields, references, relation: link } = field.relation;
    const here = this.source(type);
    const there = this.source(field.target ?? field.type);
    const key = (columns, r) => JSON.stringify(columns.map((c) => String(r[c])));
    if (fields.some((c) => row[c] === null)) return [];
    if (!link) return this.#index(there, references).get(key(fields, row)) ?? [];
    const mine = this.#linkColumn(link, here, fields[0]);
    const other = this.#linkColumn(link, there, references[0], mine);
    return (this.#index(link, [mine]).get(key(fields, row)) ?? [])
      .flatMap((l) => this.#index(there, references).get(JSON.stringify([String(l[other])])) ?? []);
  }

  /** Columns that make the order of a list total; of a connection, none that is internal. */
  key(type, shown) {
    const keys = this.catalog[this.source(type)].keys ?? [];
    const own = keys.find((k) => k.primary)?.columns ?? ['id'];
    if (!shown || !own.some((c) => c.startsWith('pk_'))) return own;
    return keys.find((k) => k.columns[0] === 'id')?.columns ?? own;
  }
}

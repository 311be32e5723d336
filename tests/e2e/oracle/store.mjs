// The database: facts about its relations, and all rows of each, loaded when first asked for.

import { execFileSync } from 'node:child_process';

const CATALOG = `
select json_object_agg(c.oid::regclass::text, json_build_object(
  'columns', (
    select json_object_agg(attname, format_type(atttypid, null) order by attnum)
    from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
  'key', (
    select json_agg(a.attname order by array_position(i.indkey, a.attnum))
    from pg_index i
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
    where i.indrelid = c.oid and i.indisprimary),
  'foreignKeys', (
    select json_agg(json_build_object(
      'column', a.attname, 'to', confrelid::regclass::text, 'reference', b.attname))
    from pg_constraint k
    join pg_attribute a on a.attrelid = conrelid and a.attnum = k.conkey[1]
    join pg_attribute b on b.attrelid = confrelid and b.attnum = k.confkey[1]
    where contype = 'f' and conrelid = c.oid)))
from pg_class c
join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'v', 'm') and nspname not in ('pg_catalog', 'information_schema')`;

export function sql(text) {
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text],
    { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, PGTZ: 'UTC' } }).trim();
}

export class Store {
  #rows = new Map();

  constructor() {
    this.catalog = JSON.parse(sql(CATALOG));
  }

  /** All rows: [{relation, columns: {name: value}}]. Exact numbers are strings. */
  rows(relation) {
    if (!this.#rows.has(relation)) {
      const exact = Object.entries(this.catalog[relation].columns)
        .filter(([, type]) => ['bigint', 'numeric'].includes(type))
        .map(([name]) => ` || jsonb_build_object('${name}', t.${name}::text)`);
      const json = sql(`select coalesce(jsonb_agg(to_jsonb(t)${exact.join('')}), '[]')
                        from ${relation} t`);
      this.#rows.set(relation, JSON.parse(json).map((columns) => ({ relation, columns })));
    }
    return this.#rows.get(relation);
  }

  hasColumn(relation, name) {
    return name in this.catalog[relation].columns;
  }

  /** After a write. */
  forget() {
    this.#rows.clear();
  }
}

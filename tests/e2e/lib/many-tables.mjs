// SQL for a database of many tables with foreign keys, link tables, enums and views: for what must not grow with
// the square of their number. `node many-tables.mjs 5000 | psql -q` makes one by hand.

import { pathToFileURL } from 'node:url';

/** `n` tables in all: of ten, seven are ordinary, one links two others, and one has a view with a document. */
export function manyTables(n) {
  const sql = ["create type state as enum ('new', 'open', 'closed');"];
  for (let i = 0; i < n; i += 1) {
    const half = Math.floor(i / 2);
    const other = half % 10 === 9 ? half - 1 : half;
    if (i % 10 === 9) {
      sql.push(`create table link_${i} (a_id int not null references thing_${i - 1},`
        + ` b_id int not null references thing_${i - 2}, primary key (a_id, b_id));`);
      continue;
    }
    sql.push(`create table thing_${i} (id int primary key generated always as identity, name text not null,
      code text unique, state state not null default 'new', amount numeric(12, 2), tags text[] not null default '{}',
      created_at timestamptz not null default now(), meta jsonb, owner_id int references thing_${other},
      parent_id int references thing_${i});`);
    sql.push(`comment on table thing_${i} is 'Thing number ${i}.';`);
    if (i % 10 === 8)
      sql.push(`create view v_summary_${i} as select t.id, t.name, jsonb_build_object('id', t.id, 'name', t.name,
        'owner', jsonb_build_object('id', o.id, 'name', o.name), 'children', coalesce((select jsonb_agg(
        jsonb_build_object('id', c.id, 'amount', c.amount) order by c.id) from thing_${i} c
        where c.parent_id = t.id), '[]')) as data from thing_${i} t
        left join thing_${other} o on o.id = t.owner_id;`);
  }
  return sql;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const n = Number(process.argv[2] ?? 5000);
  manyTables(n).forEach((statement) => process.stdout.write(`${statement}\n`));
}

-- Everything that the schema compiler knows about a database, as one JSON value.
-- Runs in psql as it is. Reading: src/schema/catalog.c.
--
-- Each list is made once for the whole database and joined, never asked for row by row: with
-- thousands of tables that is the difference between a second and a minute. Objects are put together
-- as text (concat leaves out what is null, so what is false or absent is left out), because
-- json_strip_nulls would read everything again.
with recursive
  spaces as (
    select oid, nspname as name
    from pg_namespace
    where nspname !~ '^pg_(toast|temp)' and nspname not in ('pg_catalog', 'information_schema')
  ),
  rel as (
    select c.oid, s.name as schema, c.relname as name, c.relkind as kind, c.reltuples as rows,
      c.relrowsecurity as rls, c.relforcerowsecurity as forced
    from pg_class c join spaces s on s.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p', 'f', 'c') and not c.relispartition
  ),
  col as (
    select a.attrelid as rel, a.attnum as num, a.atttypid as type, a.attname as name,
      case when a.atttypmod <> -1 then format_type(a.atttypid, a.atttypmod) end as stored,
      a.attnotnull, a.attgenerated, a.attidentity,
      case when a.attgenerated = '' then
        coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0),
          case when a.attidentity = 'd' then
            format('nextval(%L::regclass)', pg_get_serial_sequence(a.attrelid::regclass::text, a.attname))
          end)
      end as expr
    from pg_attribute a
    join rel on rel.oid = a.attrelid
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
  ),
  fn as (
    select p.*, s.name as schema
    from pg_proc p join spaces s on s.oid = p.pronamespace
    where p.prokind in ('f', 'p')
      and p.prorettype not in (
        'trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype, 'cstring'::regtype)
  ),
  arg as (
    select fn.oid as fn, t.place, t.type, fn.proargnames[t.place] as name,
      coalesce(fn.proargmodes[t.place], 'i') as mode,
      count(*) filter (where coalesce(fn.proargmodes[t.place], 'i') in ('i', 'b', 'v'))
        over (partition by fn.oid order by t.place) > fn.pronargs - fn.pronargdefaults as has_default
    from fn, unnest(coalesce(fn.proallargtypes, fn.proargtypes::oid[])) with ordinality t (type, place)
  ),
  -- Row types of tables are many and mostly unused.
  used as (
    select type as oid from col
    union select type from arg
    union select prorettype from fn
  ),
  typ as (
    select t.oid, n.nspname as schema, t.typname as name, t.typtype, t.typcategory, t.typbasetype,
      t.typelem, t.typsubscript, t.typrelid,
      case
        when t.typtype = 'e' then 'enum'
        when t.typtype = 'd' then 'domain'
        when t.typtype = 'c' then 'composite'
        when t.typtype = 'r' then 'range'
        when t.typtype = 'p' then 'pseudo'
        when t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc then 'array'
        else 'base'
      end as kind
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    left join pg_class c on c.oid = coalesce(nullif(t.typrelid, 0), nullif(e.typrelid, 0))
    where coalesce(c.relkind, 'c') = 'c'
      or t.oid in (select oid from used)
      or t.typarray in (select oid from used)
  ),
  note as (
    select objoid, classoid, objsubid, description
    from pg_description
    where classoid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass,
        'pg_constraint'::regclass)
      and objoid >= 16384
  ),
  labels as (
    select enumtypid as type, json_agg(enumlabel order by enumsortorder) as list
    from pg_enum group by 1
  ),
  -- Each by its qualified name, and by its bare one where the search path finds it.
  text_search as (
    select json_agg(name order by name) as list
    from pg_ts_config c
    join pg_namespace n on n.oid = c.cfgnamespace,
    unnest(array[n.nspname || '.' || c.cfgname, case when pg_ts_config_is_visible(c.oid) then c.cfgname end]) name
    where name is not null
  ),
  types as (
    select string_agg(concat(
      '{"oid":', t.oid,
      ',"schema":', to_json(t.schema),
      ',"name":', to_json(t.name),
      ',"sql":', to_json(format_type(t.oid, -1)),
      ',"kind":"', t.kind, '"',
      ',"base":' || nullif(case t.kind
        when 'domain' then t.typbasetype
        when 'array' then t.typelem
        when 'range' then r.rngsubtype
      end, 0)::text,
      ',"relation":' || nullif(t.typrelid, 0)::text,
      ',"labels":' || l.list::text,
      ',"comment":' || to_json(d.description)::text,
      '}'), E',\n' order by t.oid) as list
    from typ t
    left join pg_range r on r.rngtypid = t.oid
    left join labels l on l.type = t.oid
    left join note d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass
  ),
  columns as (
    select c.rel, string_agg(concat(
      '{"name":', to_json(c.name),
      ',"type":', c.type,
      ',"number":', c.num,
      ',"stored":' || to_json(c.stored)::text,
      case when c.attnotnull then ',"not_null":true' end,
      case when c.attgenerated <> '' then ',"generated":true' end,
      case when c.attidentity = 'a' then ',"identity":true' end,
      ',"default":' || to_json(c.expr)::text,
      ',"comment":' || to_json(d.description)::text,
      '}'), ',' order by c.num) as list
    from col c
    left join note d on d.objoid = c.rel and d.objsubid = c.num and d.classoid = 'pg_class'::regclass
    group by c.rel
  ),
  keys as (
    select i.indrelid as rel, string_agg(concat(
      '{"name":', to_json(c.relname),
      ',"columns":', to_json((i.indkey::int2[])[0:i.indnkeyatts - 1]),
      case when i.indisprimary then ',"primary":true' end,
      case when i.indisunique and i.indimmediate then ',"unique":true' end,
      case when i.indkey[0] = 0
        then ',"expression":' || to_json(pg_get_indexdef(i.indexrelid, 1, true))::text end,
      '}'), ',' order by not i.indisprimary, c.relname) as list
    from pg_index i
    join rel on rel.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    where i.indisvalid and i.indpred is null
    group by 1
  ),
  foreign_keys as (
    select k.conrelid as rel, string_agg(concat(
      '{"name":', to_json(k.conname),
      ',"columns":', to_json(k.conkey),
      ',"to":', k.confrelid,
      ',"references":', to_json(k.confkey),
      '}'), ',' order by k.conname) as list
    from pg_constraint k
    join rel on rel.oid = k.conrelid
    where k.contype = 'f'
    group by 1
  ),
  -- Bits of tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 64 instead of.
  fires as (
    select tgrelid as rel, bool_or(tgtype & 3 = 3) as before, bool_or(tgtype & 66 = 0) as after
    from pg_trigger
    where not tgisinternal and tgenabled in ('O', 'A') and tgtype & 28 <> 0
    group by 1
  ),
  -- What PostgreSQL names when it refuses a row: constraints, and unique indexes that are none.
  limits as (
    select k.oid, 'pg_constraint'::regclass as class, k.conrelid as rel, k.conname as name, u.num, u.place
    from pg_constraint k join rel on rel.oid = k.conrelid
    left join unnest(k.conkey) with ordinality u (num, place) on true
    where k.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select i.indexrelid, 'pg_class'::regclass, i.indrelid, c.relname, d.refobjsubid::int2, d.refobjsubid
    from pg_index i
    join rel on rel.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
      and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0
    where i.indisunique and not exists (
      select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  ),
  constraints as (
    select string_agg(concat(
      '{"schema":', to_json(x.schema),
      ',"table":', to_json(x.table_name),
      ',"name":', to_json(x.name),
      ',"columns":[' || x.columns || ']',
      ',"comment":' || to_json(n.description)::text,
      '}'), E',\n' order by x.schema, x.table_name, x.name) as list
    from (
      select l.oid, l.class, rel.schema, rel.name as table_name, l.name,
        string_agg(to_json(col.name)::text, ',' order by l.place) as columns
      from limits l join rel on rel.oid = l.rel
      left join col on col.rel = l.rel and col.num = l.num
      group by 1, 2, 3, 4, 5
      union all
      select k.oid, 'pg_constraint'::regclass, s.name, t.typname, k.conname, null
      from pg_constraint k join pg_type t on t.oid = k.contypid join spaces s on s.oid = t.typnamespace
    ) x
    left join note n on n.objoid = x.oid and n.classoid = x.class and n.objsubid = 0
  ),
  -- What a view or a policy calls stands in its stored tree, by number: also what is built in.
  trees as (
    select r.ev_class as rel, r.ev_action::text as tree
    from pg_rewrite r join pg_class c on c.oid = r.ev_class
    where c.relkind = 'v' and c.oid >= 16384
    union all
    select polrelid, polqual::text from pg_policy
  ),
  -- Functions that are VOLATILE, and aggregates that call one.
  volatile (fn) as (
    select oid::text from pg_proc where provolatile = 'v'
    union
    select a.aggfnoid::oid::text
    from pg_aggregate a
    join pg_proc f on f.provolatile = 'v'
      and f.oid in (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
  ),
  reads (rel, below) as materialized (
    select r.ev_class, d.refobjid
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid
    join pg_class c on c.oid = r.ev_class and c.relkind = 'v'
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
    union
    select o.polrelid, d.refobjid
    from pg_depend d
    join pg_policy o on o.oid = d.objid
    where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_class'::regclass
  ),
  -- Two reads may differ: VOLATILE functions are called, or rows are drawn, or a view or policy
  -- below does so; of the system's views that is taken for granted.
  varying (rel) as (
    select rel
    from trees, string_to_table(replace(replace(tree, 'aggfnoid ', 'funcid '), 'winfnoid ', 'funcid '), 'funcid ')
      with ordinality piece (text, place)
    where place > 1 and split_part(text, ' ', 1) in (select v.fn from volatile v)
    union
    select rel from trees where tree like '%:repeatable <>%'
    union
    select oid from pg_class where relkind = 'v' and oid < 16384
    union
    select r.rel from varying v join reads r on r.below = v.rel
  ),
  relations as (
    select string_agg(concat(
      '{"oid":', r.oid,
      ',"schema":', to_json(r.schema),
      ',"name":', to_json(r.name),
      ',"sql":', to_json(quote_ident(r.schema) || '.' || quote_ident(r.name)),
      ',"kind":"', r.kind, '"',
      case when r.rows > 0 then ',"rows":' || r.rows::text end,
      case when r.rls then ',"rls":true' end,
      case when r.forced then ',"rls_forced":true' end,
      case when t.before then ',"fires_before":true' end,
      case when t.after then ',"fires_after":true' end,
      case when r.oid in (select v.rel from varying v) then ',"varies":true' end,
      ',"columns":[' || c.list || ']',
      ',"keys":[' || k.list || ']',
      ',"foreign_keys":[' || f.list || ']',
      ',"comment":' || to_json(d.description)::text,
      '}'), E',\n' order by r.schema, r.name) as list
    from rel r
    left join columns c on c.rel = r.oid
    left join keys k on k.rel = r.oid
    left join foreign_keys f on f.rel = r.oid
    left join fires t on t.rel = r.oid
    left join note d on d.objoid = r.oid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
  ),
  args as (
    select fn,
      string_agg(concat(
        '{"name":' || to_json(coalesce(name, ''))::text,
        ',"type":', type,
        case when has_default then ',"default":true' end,
        '}'), ',' order by place) filter (where mode in ('i', 'b', 'v')) as ins,
      string_agg(concat('{"name":' || to_json(coalesce(name, ''))::text, ',"type":', type, '}'),
        ',' order by place) filter (where mode in ('o', 'b', 't')) as outs
    from arg group by 1
  ),
  functions as (
    select string_agg(concat(
      '{"oid":', fn.oid,
      ',"schema":', to_json(fn.schema),
      ',"name":', to_json(fn.proname),
      ',"sql":', to_json(quote_ident(fn.schema) || '.' || quote_ident(fn.proname)),
      ',"args":[' || a.ins || ']',
      ',"returns":', fn.prorettype::oid,
      case when fn.proretset then ',"set":true' end,
      ',"out":[' || a.outs || ']',
      ',"volatility":"', fn.provolatile, '"',
      case when fn.proisstrict then ',"strict":true' end,
      case when fn.provariadic <> 0 then ',"variadic":true' end,
      case when fn.prokind = 'p' then ',"procedure":true' end,
      case when not has_function_privilege(fn.oid, 'execute') then ',"closed":true' end,
      ',"comment":' || to_json(d.description)::text,
      '}'), E',\n' order by fn.schema, fn.proname, fn.pronargs, fn.oid) as list
    from fn
    left join args a on a.fn = fn.oid
    left join note d on d.objoid = fn.oid and d.classoid = 'pg_proc'::regclass
  )
select concat(
  '{"database":', to_json(current_database()),
  ',"version":', to_json(current_setting('server_version')),
  ',"version_num":', current_setting('server_version_num'),
  ',"search_path":', to_json(current_schemas(false)),
  ',"text_search":' || (select list from text_search)::text,
  ',"text_search_default":', to_json(current_setting('default_text_search_config')),
  E',\n"types":[', (select list from types),
  E'],\n"relations":[', (select list from relations),
  E'],\n"functions":[', (select list from functions),
  E'],\n"constraints":[', (select list from constraints),
  ']}') as catalog

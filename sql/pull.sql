-- What `fraiseql schema pull` needs of a database beyond catalog.sql, as one JSON value.
-- Runs in psql as it is; with an empty search_path every name in the views' definitions is
-- qualified. Reading: src/pull/facts.c.
with
  spaces as (
    select oid from pg_namespace
    where nspname !~ '^pg_(toast|temp)' and nspname not in ('pg_catalog', 'information_schema')
  ),
  owned as (
    select classid, objid from pg_depend where deptype = 'e' and objid >= 16384
  ),
  views as (
    select json_agg(json_build_object('relation', c.oid::int8, 'sql', pg_get_viewdef(c.oid))) as list
    from pg_class c join spaces s on s.oid = c.relnamespace
    where c.relkind in ('v', 'm')
      and not exists (
        select from owned where classid = 'pg_class'::regclass and objid = c.oid)
  ),
  -- Functions of PostgreSQL's own that return one type whatever their arguments are.
  builtins as (
    select json_agg(json_build_array(name, type)) as list
    from (
      select p.proname as name, min(p.prorettype)::int8 as type
      from pg_proc p join pg_type t on t.oid = p.prorettype
      where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a', 'w')
      group by p.proname
      having min(p.prorettype) = max(p.prorettype) and not bool_or(t.typtype = 'p' or p.proretset)
    ) f
  )
select json_build_object(
  'views', (select coalesce(list, '[]') from views),
  'extension', json_build_object(
    'relations', (select coalesce(json_agg(objid::int8), '[]') from owned
      where classid = 'pg_class'::regclass),
    'functions', (select coalesce(json_agg(objid::int8), '[]') from owned
      where classid = 'pg_proc'::regclass),
    'types', (select coalesce(json_agg(objid::int8), '[]') from owned
      where classid = 'pg_type'::regclass)),
  'builtins', (select coalesce(list, '[]') from builtins)) as facts

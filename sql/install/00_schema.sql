-- The schema of FraiseQL's own objects. Everything in this folder can be run again without harm, in
-- psql as well.
create schema if not exists fraiseql;
comment on schema fraiseql is 'Objects of the FraiseQL server. Removed by: fraiseql db uninstall';

do $$
begin
    if not exists (select from pg_type t join pg_namespace n on n.oid = t.typnamespace
                   where n.nspname = 'fraiseql' and t.typname = 'mutation_result') then
        create type fraiseql.mutation_result as (
            status         text,
            message        text,
            id             uuid,
            entity         jsonb,
            updated_fields text[],
            metadata       jsonb
        );
    end if;
end
$$;
comment on type fraiseql.mutation_result is 'What a mutation function returns.';

-- What `fraiseql dev` built the database from.
create table if not exists fraiseql.dev_state (
    only_row   boolean primary key default true check (only_row),
    files_hash text,
    built_at   timestamptz
);
insert into fraiseql.dev_state (only_row) values (true) on conflict do nothing;

-- The change log: who changed which row of which table, how, and when. Written by triggers that
-- `fraiseql generate change-log` makes, in the transaction of the change, whoever makes it; what a mutation of the
-- server is, it tells by session settings.
create sequence if not exists fraiseql.change_log_id;
create table if not exists fraiseql.change_log (
    id             bigint      not null default nextval('fraiseql.change_log_id'),
    changed_at     timestamptz not null default clock_timestamp(),
    transaction_id xid8        not null default pg_current_xact_id(),
    relation       text        not null, -- schema.table
    operation      text        not null, -- INSERT, UPDATE, DELETE, TRUNCATE
    key            jsonb,                -- the primary key's columns
    before         jsonb,                -- the row as it was
    after          jsonb,                -- the row as it is
    user_id        text,
    tenant_id      text,
    role           text,
    request_id     text,
    trace_id       text,
    mutation       text,                 -- null: the change was made outside of the API
    primary key (id, changed_at)
) partition by range (changed_at);
create table if not exists fraiseql.change_log_rest partition of fraiseql.change_log default;
create index if not exists change_log_key on fraiseql.change_log using gin (key jsonb_path_ops);
create index if not exists change_log_changed_at on fraiseql.change_log (relation, changed_at);
comment on table fraiseql.change_log is 'Changes of rows, by the triggers of fraiseql generate change-log.';

-- The trigger. Its arguments are the key's columns, and columns to leave out with a minus before their name.
create or replace function fraiseql.change_log_write() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    relation text := format('%I.%I', tg_table_schema, tg_table_name);
    keys text[] := array(select a from unnest(tg_argv) a where a not like '-%');
    hidden text[] := array(select substr(a, 2) from unnest(tg_argv) a where a like '-%');
    who text[] := array(select nullif(current_setting('app.' || name, true), '') from
        unnest(array['user_id', 'tenant_id', 'role', 'request_id', 'trace_id', 'mutation'])
        with ordinality n (name, i) order by i);
begin
    if tg_op = 'TRUNCATE' then
        insert into fraiseql.change_log
            (relation, operation, user_id, tenant_id, role, request_id, trace_id, mutation)
        values (relation, tg_op, who[1], who[2], who[3], who[4], who[5], who[6]);
    elsif tg_op = 'INSERT' then
        insert into fraiseql.change_log
            (relation, operation, key, after, user_id, tenant_id, role, request_id, trace_id, mutation)
        select relation, tg_op, fraiseql.change_log_part(r.j, keys), r.j - hidden,
            who[1], who[2], who[3], who[4], who[5], who[6]
        from (select to_jsonb(n) as j from new_rows n) r;
    elsif tg_op = 'DELETE' then
        insert into fraiseql.change_log
            (relation, operation, key, before, user_id, tenant_id, role, request_id, trace_id, mutation)
        select relation, tg_op, fraiseql.change_log_part(r.j, keys), r.j - hidden,
            who[1], who[2], who[3], who[4], who[5], who[6]
        from (select to_jsonb(o) as j from old_rows o) r;
    else -- a row whose key changes is one that goes and one that comes
        insert into fraiseql.change_log
            (relation, operation, key, before, after, user_id, tenant_id, role, request_id, trace_id, mutation)
        select relation, tg_op, coalesce(n.k, o.k), o.j - hidden, n.j - hidden,
            who[1], who[2], who[3], who[4], who[5], who[6]
        from (select fraiseql.change_log_part(to_jsonb(x), keys) as k, to_jsonb(x) as j from old_rows x) o
        full join (select fraiseql.change_log_part(to_jsonb(x), keys) as k, to_jsonb(x) as j from new_rows x) n
            on n.k = o.k
        where n.j is distinct from o.j;
    end if;
    return null;
end
$$;

-- Only making a trigger asks for it: who changes a table that has one needs no right.
revoke execute on function fraiseql.change_log_write() from public;

-- Some members of a row.
create or replace function fraiseql.change_log_part(data jsonb, keys text[]) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(k, data -> k) from unnest(keys) k
$$;

-- Makes the partitions of this month and the next, and drops those whose newest row is older than `keep`.
create or replace function fraiseql.change_log_maintain(keep interval) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    month date;
    part text;
begin
    if not pg_try_advisory_xact_lock(4613187, 30) then
        return; -- another server is at it
    end if;
    for i in 0 .. 1 loop
        month := date_trunc('month', now() at time zone 'UTC')::date + make_interval(months => i);
        part := 'change_log_' || to_char(month, 'YYYY_MM');
        if to_regclass('fraiseql.' || part) is not null or exists (select from fraiseql.change_log_rest
            where changed_at >= month::timestamp at time zone 'UTC'
                and changed_at < (month + interval '1 month') at time zone 'UTC') then
            continue; -- rows that came before their partition stay where they are
        end if;
        execute format('create table fraiseql.%I partition of fraiseql.change_log for values from (%L) to (%L)',
            part, month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    end loop;
    for part, month in
        select c.relname, to_date(right(c.relname, 7), 'YYYY_MM')
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'fraiseql.change_log'::regclass and c.relname ~ '^change_log_\d{4}_\d{2}$'
    loop
        if (month + interval '1 month') at time zone 'UTC' < now() - keep then
            execute format('drop table fraiseql.%I', part);
        end if;
    end loop;
    delete from fraiseql.change_log_rest where changed_at < now() - keep;
end
$$;
revoke execute on function fraiseql.change_log_maintain(interval) from public;

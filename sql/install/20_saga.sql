-- Sagas: work in steps, each its own transaction, each with a function that undoes it.
--
-- A saga is begun in the transaction that asks for it. Servers run its steps, one at a time: a step's
-- function and the note that it is done are one transaction, so a step that was cut off by a crash has not
-- happened and is run again, and one that is noted has happened once. When a step fails for good, those before
-- it are undone, the last first.
create table if not exists fraiseql.saga (
    id         uuid        primary key default gen_random_uuid(),
    name       text        not null,
    state      text        not null default 'running'
               check (state in ('running', 'done', 'compensating', 'compensated', 'stuck')),
    data       jsonb       not null default '{}', -- what steps get, and add to
    attempts   int         not null default 0,    -- of the step that is next
    next_at    timestamptz,                       -- when it is to be run; null: never
    error      text,                              -- of the last attempt that failed
    identity   jsonb       not null default '{}', -- session settings of who began it
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index if not exists saga_next_at on fraiseql.saga (next_at) where next_at is not null;
comment on table fraiseql.saga is 'Work in steps; see saga_step. Begun by fraiseql.saga_begin.';

create table if not exists fraiseql.saga_step (
    saga_id      uuid not null references fraiseql.saga on delete cascade,
    number       int  not null,
    forward      text not null, -- function(data jsonb), which may return jsonb to add to the data
    compensate   text,          -- function(data jsonb) that undoes it; null: nothing to undo
    max_attempts int  not null default 5,
    state        text not null default 'pending'
                 check (state in ('pending', 'done', 'failed', 'compensated')),
    finished_at  timestamptz,
    primary key (saga_id, number)
);

-- The session settings that policies and functions look at.
create or replace function fraiseql.saga_settings() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_object_agg(name, value), '{}') from (
        select name, nullif(current_setting(name, true), '') as value
        from unnest(array['app.user_id', 'app.tenant_id', 'app.role', 'app.request_id', 'app.claims',
                          'app.trace_id', 'role']
            || string_to_array(nullif(current_setting('fraiseql.settings', true), ''), ',')) name) s
    where value is not null and value <> 'none'
$$;

-- Steps run with the server's rights, whoever began the saga: so only functions of those who have them anyway, or who
-- have put functions in everybody's way anyway. Null is nothing to run.
create or replace function fraiseql.saga_trusts(step regprocedure) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select step is null or exists (
        select from pg_proc p join pg_roles r on r.oid = p.proowner
        where p.oid = step and (r.rolsuper
            or p.proowner = (select nspowner from pg_namespace where nspname = 'fraiseql')
            or p.proowner = (select datdba from pg_database where datname = current_database())))
$$;

-- Begins a saga in the caller's transaction. steps: [{"forward": "schema.function", "compensate": "schema.function",
-- "attempts": 5}, …]; the last two may be left out.
create or replace function fraiseql.saga_begin(name text, steps jsonb, data jsonb default '{}')
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    saga uuid;
    step jsonb;
    what text;
begin
    if jsonb_typeof(steps) is distinct from 'array' or jsonb_array_length(steps) = 0 then
        raise exception 'a saga needs a list of steps' using errcode = '22023';
    end if;
    insert into fraiseql.saga (name, data, next_at, identity)
    values (saga_begin.name, coalesce(saga_begin.data, '{}'), clock_timestamp(), fraiseql.saga_settings())
    returning id into saga;
    for i in 0 .. jsonb_array_length(steps) - 1 loop
        step := steps -> i;
        foreach what in array array[step ->> 'forward', step ->> 'compensate'] loop
            if what is not null and to_regprocedure(what || '(jsonb)') is null then
                raise exception 'there is no function %(jsonb)', what using errcode = '42883',
                    hint = 'Name it with its schema.';
            end if;
            if not fraiseql.saga_trusts(to_regprocedure(what || '(jsonb)')) then
                raise exception '% can not be a step', what using errcode = '42501',
                    hint = 'Steps run with the rights of the server: they have to belong to the owner of the schema '
                        '"fraiseql" or of the database, or to a superuser.';
            end if;
        end loop;
        if step ->> 'forward' is null then
            raise exception 'step % has no function "forward"', i + 1 using errcode = '22023';
        end if;
        insert into fraiseql.saga_step (saga_id, number, forward, compensate, max_attempts)
        values (saga, i + 1, step ->> 'forward', step ->> 'compensate', coalesce((step ->> 'attempts')::int, 5));
    end loop;
    return saga;
end
$$;

-- Locks a saga that is due and tells what to call; no row when there is none.
create or replace function fraiseql.saga_claim(
    out saga_id uuid, out number int, out call text, out data jsonb, out identity jsonb)
returns setof record language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s fraiseql.saga;
begin
    select * into s from fraiseql.saga
    where next_at <= clock_timestamp() order by next_at limit 1 for no key update skip locked;
    if not found then
        return;
    end if;
    if s.state = 'running' then
        return query select s.id, t.number, t.forward, s.data, s.identity from fraiseql.saga_step t
            where t.saga_id = s.id and t.state = 'pending' order by t.number limit 1;
    else
        return query select s.id, t.number, t.compensate, s.data, s.identity from fraiseql.saga_step t
            where t.saga_id = s.id and t.state = 'done' order by t.number desc limit 1;
    end if;
end
$$;

-- Notes how a step went, and what is next.
create or replace function fraiseql.saga_note(this_saga uuid, this_step int, result jsonb, failure text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s fraiseql.saga;
    tries int;
    left_over boolean;
begin
    select * into s from fraiseql.saga where id = this_saga for no key update;
    select max_attempts into tries from fraiseql.saga_step where saga_id = this_saga and number = this_step;
    if failure is null then
        update fraiseql.saga_step
        set state = case s.state when 'running' then 'done' else 'compensated' end, finished_at = clock_timestamp()
        where saga_id = this_saga and number = this_step;
        select exists (select from fraiseql.saga_step where saga_id = this_saga
            and state = case s.state when 'running' then 'pending' else 'done' end) into left_over;
        update fraiseql.saga
        set data = case when jsonb_typeof(result) = 'object' then s.data || result else s.data end,
            state = case when left_over then s.state when s.state = 'running' then 'done' else 'compensated' end,
            attempts = 0, updated_at = clock_timestamp(),
            error = case when s.state = 'running' then null else s.error end,
            next_at = case when left_over then clock_timestamp() end
        where id = this_saga;
    elsif s.attempts + 1 < tries then -- again, later: 1 s, 2 s, 4 s … an hour at most
        update fraiseql.saga
        set attempts = s.attempts + 1, error = failure, updated_at = clock_timestamp(),
            next_at = clock_timestamp() + least(interval '1 hour', interval '1 second' * 2 ^ s.attempts)
        where id = this_saga;
    elsif s.state = 'running' then -- for good: undo what was done
        update fraiseql.saga_step set state = 'failed', finished_at = clock_timestamp()
        where saga_id = this_saga and number = this_step;
        select exists (select from fraiseql.saga_step where saga_id = this_saga and state = 'done') into left_over;
        update fraiseql.saga
        set state = case when left_over then 'compensating' else 'compensated' end, attempts = 0, error = failure,
            updated_at = clock_timestamp(), next_at = case when left_over then clock_timestamp() end
        where id = this_saga;
    else -- it can't be undone: somebody has to look
        update fraiseql.saga
        set state = 'stuck', attempts = s.attempts + 1, error = failure, updated_at = clock_timestamp(), next_at = null
        where id = this_saga;
    end if;
end
$$;

-- Runs one step of one saga that is due, with the rights of the caller. True when there was one. What a step does is
-- undone when it fails, deferred constraints included; that it failed is noted all the same.
create or replace function fraiseql.saga_run() returns boolean language plpgsql as $$
declare
    c record;
    setting record;
    step regprocedure;
    answer text;
    result jsonb;
    failure text;
begin
    select * into c from fraiseql.saga_claim();
    if c.saga_id is null then
        return false;
    end if;
    if c.call is not null then
        begin
            step := to_regprocedure(c.call || '(jsonb)');
            if step is null then
                raise exception 'there is no function %(jsonb) any more', c.call using errcode = '42883';
            end if;
            for setting in select key, value from jsonb_each_text(c.identity) order by key = 'role', key loop
                perform set_config(setting.key, setting.value, true);
            end loop;
            perform set_config('app.saga_id', c.saga_id::text, true);
            execute (select format('select %I.%I($1)', n.nspname, p.proname)
                from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = step)
            into strict answer using c.data;
            result := case when answer like '{%' then answer::jsonb end;
            set constraints all immediate;
        exception when query_canceled or assert_failure or others then
            failure := sqlerrm || ' (' || sqlstate || ')';
        end;
        perform set_config('role', 'none', true);
    end if;
    perform fraiseql.saga_note(c.saga_id, c.number, result, failure);
    return true;
end
$$;

-- Puts off what a server could not even try: the transaction of its step ended otherwise than by the step's error.
create or replace function fraiseql.saga_put_off() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update fraiseql.saga set next_at = clock_timestamp() + interval '10 seconds', updated_at = clock_timestamp()
    where id = (select id from fraiseql.saga where next_at <= clock_timestamp() order by next_at limit 1
                for no key update skip locked)
$$;

-- Gives a saga that waits, is stuck, or was undone another try. False when it is not that kind.
create or replace function fraiseql.saga_retry(this_saga uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s fraiseql.saga;
begin
    select * into s from fraiseql.saga where id = this_saga for no key update;
    if not found or s.state = 'done' then
        return false;
    end if;
    if s.state = 'compensated' then
        update fraiseql.saga_step set state = 'pending', finished_at = null where saga_id = this_saga;
    end if;
    update fraiseql.saga
    set state = case s.state when 'stuck' then 'compensating' when 'compensated' then 'running' else s.state end,
        attempts = 0, updated_at = clock_timestamp(), next_at = clock_timestamp()
    where id = this_saga;
    return true;
end
$$;

revoke execute on function fraiseql.saga_claim(), fraiseql.saga_note(uuid, int, jsonb, text), fraiseql.saga_run(),
    fraiseql.saga_put_off(), fraiseql.saga_retry(uuid) from public;

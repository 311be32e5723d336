-- Idempotency keys: what a mutation with the header Idempotency-Key answered, kept in the
-- transaction that did it, so that sending it again gives the answer and does nothing.
--
-- The functions run with the rights of the schema's owner, because a request may run under a role
-- of its own; the table itself is nobody else's. Everybody may execute them for the same reason, but
-- only in sessions of a server: of a role with EXECUTE on idempotency_clean.
create table if not exists fraiseql.idempotency_key (
    scope      text        not null, -- who asked: JSON of the identity, empty = anonymous
    key        text        not null, -- the header's
    part       int         not null, -- the first field of the transaction within the operation
    request    text        not null, -- hash of query, operation and variables
    data       text,                 -- this part of the response; null: data as a whole is null
    errors     text,                 -- its errors, separated by commas
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (scope, key, part)
);
create index if not exists idempotency_key_expires_at on fraiseql.idempotency_key (expires_at);
comment on table fraiseql.idempotency_key is 'Answers of mutations with the header Idempotency-Key.';

-- Is this a server's session? SET ROLE does not change who that is.
create or replace function fraiseql.idempotency_is_open() returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select has_function_privilege(session_user, 'fraiseql.idempotency_clean(integer)', 'execute')
$$;

-- Begins a transaction under a key. Fails with FQ001 when it has been answered already, with FQ002
-- while another transaction has the key.
create or replace function fraiseql.idempotency_claim(
    scope text, key text, part int, request text, keep_ms bigint)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    if not fraiseql.idempotency_is_open() then
        raise exception 'permission denied for idempotency keys' using errcode = '42501',
            hint = 'grant execute on function fraiseql.idempotency_clean(int) to ' || quote_ident(session_user);
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2 || ' ' || $3, 4613187)) then
        raise exception 'the idempotency key is in use' using errcode = 'FQ002';
    end if;
    delete from fraiseql.idempotency_key
    where scope = $1 and key = $2 and part = $3 and expires_at <= now();
    if exists (select from fraiseql.idempotency_key where scope = $1 and key = $2 and part = $3) then
        raise exception 'the idempotency key was answered' using errcode = 'FQ001';
    end if;
    insert into fraiseql.idempotency_key (scope, key, part, request, expires_at)
    values ($1, $2, $3, $4, now() + $5 * interval '1 millisecond');
end
$$;

-- Ends it: stores the answer. Only what this transaction claimed can be changed.
create or replace function fraiseql.idempotency_store(
    scope text, key text, part int, data text, errors text)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update fraiseql.idempotency_key set data = $4, errors = $5
    where scope = $1 and key = $2 and part = $3 and created_at = now() and data is null and errors is null
        and fraiseql.idempotency_is_open()
$$;

-- The answer that is stored; no row when there is none.
create or replace function fraiseql.idempotency_find(
    scope text, key text, part int, out request text, out data text, out errors text)
returns setof record language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select request, data, errors from fraiseql.idempotency_key
    where scope = $1 and key = $2 and part = $3 and expires_at > now() and fraiseql.idempotency_is_open()
$$;

-- Removes what has expired, at most `most` rows.
create or replace function fraiseql.idempotency_clean(most int)
returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
    with gone as (
        delete from fraiseql.idempotency_key
        where ctid = any (array(
            select ctid from fraiseql.idempotency_key where expires_at <= now()
            limit $1 for update skip locked))
        returning 1)
    select count(*) from gone
$$;

revoke execute on function fraiseql.idempotency_clean(int) from public;
grant usage on schema fraiseql to public;

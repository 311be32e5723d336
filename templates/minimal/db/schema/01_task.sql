-- What is written.
create table tb_task (
  pk_task     int generated always as identity primary key,
  id          uuid not null unique default gen_random_uuid(),
  title       text not null check (title <> ''),
  done_at     timestamptz,
  created_at  timestamptz not null default now()
);

-- What is read: id, the columns to filter and sort by, and the document in data.
create view v_task as
select
  t.id,
  t.title,
  t.done_at,
  t.created_at,
  jsonb_build_object(
    'id', t.id,
    'title', t.title,
    'done_at', t.done_at,
    'created_at', t.created_at
  ) as data
from tb_task t;

-- What clients may change. The status decides which member of the union the client sees.
create function fn_create_task(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  created v_task;
  new_id  uuid;
begin
  if btrim(input ->> 'title') = '' then
    return row('validation:title', 'A task needs a title.', null, null, null, null)
      ::fraiseql.mutation_result;
  end if;
  insert into tb_task (title) values (btrim(input ->> 'title')) returning id into new_id;
  select * into created from v_task where id = new_id;
  return row('created', 'Noted.', new_id, created.data, null, null)::fraiseql.mutation_result;
end $$;

create function fn_complete_task(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  task v_task;
begin
  update tb_task set done_at = coalesce(done_at, now()) where id = (input ->> 'id')::uuid;
  select * into task from v_task where id = (input ->> 'id')::uuid;
  if not found then
    return row('not_found:task', 'There is no such task.', null, null, null, null)
      ::fraiseql.mutation_result;
  end if;
  return row('updated', 'Well done.', task.id, task.data, null, null)::fraiseql.mutation_result;
end $$;

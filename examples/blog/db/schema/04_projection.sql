-- Counting the posts of a tag costs more than reading a tag should, so tags are
-- read from a table, tv_tag, which triggers keep equal to the view v_tag.

create view v_tag as
select
  t.id,
  t.pk_tag,
  t.identifier,
  t.name,
  n.post_count,
  jsonb_build_object(
    'id', t.id,
    'identifier', t.identifier,
    'name', t.name,
    'description', t.description,
    'post_count', n.post_count
  ) as data
from tb_tag t
cross join lateral (
  select count(*)::int as post_count
  from tb_post_tag pt
  join tb_post p on p.pk_post = pt.fk_post
  where pt.fk_tag = t.pk_tag
    and p.status = 'published'
) n;

create table tv_tag (
  id          uuid primary key,
  pk_tag      int not null unique,
  identifier  text not null,
  name        text not null,
  post_count  int not null,
  data        jsonb not null
);

-- Makes the rows of these tags in tv_tag equal to those in v_tag. The lock makes two
-- transactions that change the same tag wait for each other, so that neither counts
-- without the other.
create function fn_refresh_tv_tag(tags int[]) returns void
language plpgsql as $$
begin
  perform from tb_tag where pk_tag = any (tags) order by pk_tag for no key update;

  delete from tv_tag old
  where old.pk_tag = any (tags)
    and not exists (select from tb_tag t where t.pk_tag = old.pk_tag);

  insert into tv_tag as old
  select * from v_tag where pk_tag = any (tags)
  on conflict (id) do update
  set (pk_tag, identifier, name, post_count, data)
    = (excluded.pk_tag, excluded.identifier, excluded.name, excluded.post_count, excluded.data)
  where old is distinct from excluded;
end $$;

-- One call for each statement, however many rows it changed.
create function tg_tag_changed() returns trigger
language plpgsql as $$
begin
  case tg_op
    when 'INSERT' then
      perform fn_refresh_tv_tag(array(select pk_tag from new_rows));
    when 'UPDATE' then
      perform fn_refresh_tv_tag(array(
        select pk_tag from old_rows union select pk_tag from new_rows));
    when 'DELETE' then
      perform fn_refresh_tv_tag(array(select pk_tag from old_rows));
  end case;
  return null;
end $$;

create function tg_post_tag_changed() returns trigger
language plpgsql as $$
begin
  case tg_op
    when 'INSERT' then
      perform fn_refresh_tv_tag(array(select fk_tag from new_rows));
    when 'UPDATE' then
      perform fn_refresh_tv_tag(array(
        select fk_tag from old_rows union select fk_tag from new_rows));
    when 'DELETE' then
      perform fn_refresh_tv_tag(array(select fk_tag from old_rows));
  end case;
  return null;
end $$;

-- A post counts when it is published. New posts have no tags yet, and those of a
-- deleted post go through tb_post_tag, so that updates are all there is to watch.
create function tg_post_status_changed() returns trigger
language plpgsql as $$
begin
  perform fn_refresh_tv_tag(array(
    select distinct pt.fk_tag
    from new_rows n
    join old_rows o using (pk_post)
    join tb_post_tag pt on pt.fk_post = n.pk_post
    where o.status <> n.status));
  return null;
end $$;

create trigger tag_insert after insert on tb_tag
  referencing new table as new_rows
  for each statement execute function tg_tag_changed();
create trigger tag_update after update on tb_tag
  referencing old table as old_rows new table as new_rows
  for each statement execute function tg_tag_changed();
create trigger tag_delete after delete on tb_tag
  referencing old table as old_rows
  for each statement execute function tg_tag_changed();

create trigger post_tag_insert after insert on tb_post_tag
  referencing new table as new_rows
  for each statement execute function tg_post_tag_changed();
create trigger post_tag_update after update on tb_post_tag
  referencing old table as old_rows new table as new_rows
  for each statement execute function tg_post_tag_changed();
create trigger post_tag_delete after delete on tb_post_tag
  referencing old table as old_rows
  for each statement execute function tg_post_tag_changed();

create trigger post_status_update after update on tb_post
  referencing old table as old_rows new table as new_rows
  for each statement execute function tg_post_status_changed();

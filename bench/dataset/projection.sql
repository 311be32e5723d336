-- Fills the tv_ tables from the views and keeps them equal from then on: each statement on
-- a tb_ table makes the rows that it touches anew, all at once, and leaves alone those that
-- come out the same.

set search_path = benchmark;

insert into tv_user select * from v_user;
insert into tv_post select * from v_post;
insert into tv_comment select * from v_comment;

alter table tv_user
  add primary key (id),
  add unique (pk_user),
  add unique (identifier);

alter table tv_post
  add primary key (id),
  add unique (pk_post);
create index on tv_post (author_id);
create index on tv_post (created_at desc, id);

alter table tv_comment
  add primary key (id),
  add unique (pk_comment);
create index on tv_comment (post_id);
create index on tv_comment (author_id);
create index on tv_comment (created_at desc, id);

-- The locks make transactions that change the same row wait for each other, so that
-- neither of them counts without the other.
create function refresh_users(pks int[]) returns void
language plpgsql set search_path = benchmark as $$
begin
  if cardinality(pks) = 0 then
    return;
  end if;
  perform from tb_user where pk_user = any (pks) order by pk_user for no key update;
  delete from tv_user tv
  where pk_user = any (pks)
    and not exists (select from tb_user tb where tb.pk_user = tv.pk_user);
  insert into tv_user as old
  select * from v_user where pk_user = any (pks)
  on conflict (id) do update
  set (identifier, email, username, created_at, data)
    = (excluded.identifier, excluded.email, excluded.username, excluded.created_at, excluded.data)
  where old is distinct from excluded;
end $$;

create function refresh_posts(pks int[]) returns void
language plpgsql set search_path = benchmark as $$
begin
  if cardinality(pks) = 0 then
    return;
  end if;
  perform from tb_post where pk_post = any (pks) order by pk_post for no key update;
  delete from tv_post tv
  where pk_post = any (pks)
    and not exists (select from tb_post tb where tb.pk_post = tv.pk_post);
  insert into tv_post as old
  select * from v_post where pk_post = any (pks)
  on conflict (id) do update
  set (fk_author, identifier, author_id, title, published, created_at, data)
    = (excluded.fk_author, excluded.identifier, excluded.author_id, excluded.title,
       excluded.published, excluded.created_at, excluded.data)
  where old is distinct from excluded;
end $$;

create function refresh_comments(pks int[]) returns void
language plpgsql set search_path = benchmark as $$
begin
  if cardinality(pks) = 0 then
    return;
  end if;
  delete from tv_comment tv
  where pk_comment = any (pks)
    and not exists (select from tb_comment tb where tb.pk_comment = tv.pk_comment);
  insert into tv_comment as old
  select * from v_comment where pk_comment = any (pks)
  on conflict (id) do update
  set (fk_post, fk_author, post_id, author_id, created_at, data)
    = (excluded.fk_post, excluded.fk_author, excluded.post_id, excluded.author_id,
       excluded.created_at, excluded.data)
  where old is distinct from excluded;
end $$;

-- A user's name stands in the documents of posts and comments, too.
create function user_changed() returns trigger
language plpgsql set search_path = benchmark as $$
declare
  renamed int[];
begin
  case tg_op
    when 'INSERT' then
      perform refresh_users(array(select pk_user from new_rows));
    when 'DELETE' then
      perform refresh_users(array(select pk_user from old_rows));
    when 'UPDATE' then
      perform refresh_users(array(select pk_user from new_rows));
      renamed := array(
        select pk_user from new_rows n join old_rows o using (pk_user)
        where (n.username, n.full_name) is distinct from (o.username, o.full_name));
      if renamed <> '{}' then
        perform refresh_posts(array(select pk_post from tb_post where fk_author = any (renamed)));
        perform refresh_comments(array(
          select pk_comment from tb_comment where fk_author = any (renamed)));
      end if;
  end case;
  return null;
end $$;

-- A post's title stands in the documents of its comments, their number in its author's.
create function post_changed() returns trigger
language plpgsql set search_path = benchmark as $$
begin
  case tg_op
    when 'INSERT' then
      perform refresh_posts(array(select pk_post from new_rows));
      perform refresh_users(array(select distinct fk_author from new_rows));
    when 'DELETE' then
      perform refresh_posts(array(select pk_post from old_rows));
      perform refresh_users(array(select distinct fk_author from old_rows));
    when 'UPDATE' then
      perform refresh_posts(array(select pk_post from new_rows));
      perform refresh_users(array(
        select unnest(array[o.fk_author, n.fk_author])
        from new_rows n join old_rows o using (pk_post) where n.fk_author <> o.fk_author));
      perform refresh_comments(array(
        select c.pk_comment
        from new_rows n join old_rows o using (pk_post) join tb_comment c on c.fk_post = pk_post
        where n.title <> o.title));
  end case;
  return null;
end $$;

create function comment_changed() returns trigger
language plpgsql set search_path = benchmark as $$
begin
  case tg_op
    when 'INSERT' then
      perform refresh_comments(array(select pk_comment from new_rows));
      perform refresh_posts(array(select distinct fk_post from new_rows));
    when 'DELETE' then
      perform refresh_comments(array(select pk_comment from old_rows));
      perform refresh_posts(array(select distinct fk_post from old_rows));
    when 'UPDATE' then
      perform refresh_comments(array(select pk_comment from new_rows));
      perform refresh_posts(array(
        select unnest(array[o.fk_post, n.fk_post])
        from new_rows n join old_rows o using (pk_comment) where n.fk_post <> o.fk_post));
  end case;
  return null;
end $$;

create trigger user_insert after insert on tb_user referencing new table as new_rows
  for each statement execute function user_changed();
create trigger user_update after update on tb_user
  referencing old table as old_rows new table as new_rows
  for each statement execute function user_changed();
create trigger user_delete after delete on tb_user referencing old table as old_rows
  for each statement execute function user_changed();

create trigger post_insert after insert on tb_post referencing new table as new_rows
  for each statement execute function post_changed();
create trigger post_update after update on tb_post
  referencing old table as old_rows new table as new_rows
  for each statement execute function post_changed();
create trigger post_delete after delete on tb_post referencing old table as old_rows
  for each statement execute function post_changed();

create trigger comment_insert after insert on tb_comment referencing new table as new_rows
  for each statement execute function comment_changed();
create trigger comment_update after update on tb_comment
  referencing old table as old_rows new table as new_rows
  for each statement execute function comment_changed();
create trigger comment_delete after delete on tb_comment referencing old table as old_rows
  for each statement execute function comment_changed();

-- M1. The columns of the answer have the names of FraiseQL's mutation contract, in a type
-- of our own, so that the database can be loaded without anything of FraiseQL's in it.
create type mutation_result as (
  status          text,
  message         text,
  id              uuid,
  entity          jsonb,
  updated_fields  text[],
  metadata        jsonb
);

create function fn_update_user(input jsonb) returns mutation_result
language plpgsql set search_path = benchmark as $$
declare
  result mutation_result;
begin
  update tb_user
  set bio = input ->> 'bio', updated_at = now()
  where tb_user.id = (input ->> 'id')::uuid;
  if not found then
    result.status := 'not_found:user';
    result.message := 'There is no such user.';
    return result;
  end if;

  result.status := 'updated';
  result.updated_fields := '{bio}';
  select tv.id, tv.data into result.id, result.entity
  from tv_user tv where tv.id = (input ->> 'id')::uuid;
  return result;
end $$;

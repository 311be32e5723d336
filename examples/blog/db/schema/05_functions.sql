-- What clients may change. A function takes the input as JSON, keys in snake_case,
-- and returns one row: (status, message, id, entity, updated_fields, metadata). The
-- status decides whether the client sees the Success or the Error member of the union.

create function succeeded(status text, message text, id uuid, entity jsonb,
                          updated_fields text[] default null)
returns fraiseql.mutation_result
language sql immutable
return row(status, message, id, entity, updated_fields, null)::fraiseql.mutation_result;

create function refused(status text, message text, metadata jsonb default null)
returns fraiseql.mutation_result
language sql immutable
return row(status, message, null, null, null, metadata)::fraiseql.mutation_result;

create function fn_create_user(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  problems jsonb := '[]';
  taken    v_user;
  created  v_user;
begin
  if btrim(input ->> 'name') = '' then
    problems := problems || jsonb_build_object(
      'path', jsonb_build_array('input', 'name'),
      'code', 'blank',
      'message', 'A name must not be blank.');
  end if;
  if input ->> 'identifier' !~ '^[a-z0-9]+(-[a-z0-9]+)*$' then
    problems := problems || jsonb_build_object(
      'path', jsonb_build_array('input', 'identifier'),
      'code', 'format',
      'message', 'An identifier is made of lower-case letters, digits and single hyphens.');
  end if;
  if problems <> '[]' then
    return refused('validation:input', 'The user could not be created.',
                   jsonb_build_object('errors', problems));
  end if;

  select * into taken from v_user where lower(email) = lower(input ->> 'email');
  if found then
    return refused('conflict:email', 'This e-mail address belongs to somebody already.',
                   jsonb_build_object('conflict', taken.data));
  end if;

  insert into tb_user (identifier, name, email, bio)
  values (input ->> 'identifier', btrim(input ->> 'name'), input ->> 'email', input ->> 'bio');

  select * into created from v_user where identifier = input ->> 'identifier';
  return succeeded('created', format('Welcome, %s!', created.name), created.id, created.data);
end $$;

create function fn_create_post(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  author   tb_user;
  unknown  text[];
  post     int;
  created  v_post;
begin
  select * into author from tb_user where id = (input ->> 'author_id')::uuid;
  if not found then
    return refused('not_found:author', 'There is no such author.');
  end if;
  if author.role = 'reader' then
    return refused('forbidden:role', 'Readers do not write posts.');
  end if;

  select array_agg(name order by name) into unknown
  from jsonb_array_elements_text(coalesce(input -> 'tags', '[]')) name
  where name not in (select identifier from tb_tag);
  if unknown is not null then
    return refused('validation:tags',
                   format('Unknown tags: %s.', array_to_string(unknown, ', ')));
  end if;

  insert into tb_post (identifier, fk_author, title, subtitle, body, reading_minutes)
  values (input ->> 'identifier', author.pk_user, input ->> 'title', input ->> 'subtitle',
          input ->> 'body', greatest(1, length(input ->> 'body') / 1000))
  returning pk_post into post;

  insert into tb_post_tag (fk_post, fk_tag)
  select post, pk_tag from tb_tag
  where identifier in (select jsonb_array_elements_text(coalesce(input -> 'tags', '[]')));

  select * into created from v_post where pk_post = post;
  return succeeded('created', 'The draft is saved.', created.id, created.data);
end $$;

-- A key that is absent leaves its column alone; null clears it.
create function fn_update_post(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  before   tb_post;
  after    tb_post;
  changed  text[];
  entity   jsonb;
begin
  select * into before from tb_post where id = (input ->> 'id')::uuid for update;
  if not found then
    return refused('not_found:post', 'There is no such post.');
  end if;

  after := jsonb_populate_record(before, jsonb_strip_nulls(input - 'id' - 'subtitle'));
  if input ? 'subtitle' then
    after.subtitle := input ->> 'subtitle';
  end if;
  if after.status <> before.status then
    after.published_at := case when after.status = 'published' then now() end;
  end if;

  changed := array_remove(array[
    case when after.title <> before.title then 'title' end,
    case when after.subtitle is distinct from before.subtitle then 'subtitle' end,
    case when after.body <> before.body then 'body' end,
    case when after.status <> before.status then 'status' end,
    case when after.featured <> before.featured then 'featured' end
  ], null);

  update tb_post
  set (title, subtitle, body, status, featured, published_at)
    = (after.title, after.subtitle, after.body, after.status, after.featured, after.published_at)
  where pk_post = before.pk_post and changed <> '{}';

  select data into entity from v_post where pk_post = before.pk_post;
  if changed = '{}' then
    return succeeded('noop:unchanged', 'There was nothing to change.', before.id, entity, changed);
  end if;
  return succeeded('updated', 'The post is saved.', before.id, entity, changed);
end $$;

create function fn_create_comment(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  post     tb_post;
  author   int;
  parent   tb_comment;
  new_id   uuid;
  entity   jsonb;
begin
  select * into post from tb_post where id = (input ->> 'post_id')::uuid;
  if not found then
    return refused('not_found:post', 'There is no such post.');
  end if;
  if post.status <> 'published' then
    return refused('blocked:unpublished', 'Only published posts take comments.');
  end if;

  select pk_user into author from tb_user where id = (input ->> 'author_id')::uuid;
  if not found then
    return refused('not_found:author', 'There is no such author.');
  end if;

  if input ->> 'parent_id' is not null then
    select * into parent from tb_comment
    where id = (input ->> 'parent_id')::uuid and fk_post = post.pk_post;
    if not found then
      return refused('not_found:parent', 'The post has no such comment to reply to.');
    end if;
  end if;

  insert into tb_comment (fk_post, fk_author, fk_parent, body)
  values (post.pk_post, author, parent.pk_comment, input ->> 'body')
  returning id into new_id;

  select data into entity from v_comment where id = new_id;
  return succeeded('created', 'The comment is published.', new_id, entity);
end $$;

create function fn_delete_comment(input jsonb) returns fraiseql.mutation_result
language plpgsql as $$
declare
  gone    tb_comment;
  entity  jsonb;
begin
  select * into gone from tb_comment where id = (input ->> 'id')::uuid for update;
  if not found then
    return refused('not_found:comment', 'There is no such comment.');
  end if;
  if exists (select from tb_comment where fk_parent = gone.pk_comment) then
    return refused('blocked:replies', 'Somebody has replied, so the comment stays.');
  end if;

  select data into entity from v_comment where id = gone.id;
  delete from tb_comment where pk_comment = gone.pk_comment;
  return succeeded('deleted', 'The comment is gone.', gone.id, entity);
end $$;

-- Typed parameters instead of one document: what the client leaves out stays as it is.
create function fn_update_user(id uuid, name text default null, email text default null,
                               bio text default null)
returns fraiseql.mutation_result
language plpgsql as $$
declare
  before  tb_user;
  entity  jsonb;
begin
  select * into before from tb_user u where u.id = fn_update_user.id for update;
  if not found then
    return refused('not_found:user', 'There is no such user.');
  end if;
  update tb_user u
  set name = coalesce(fn_update_user.name, u.name),
      email = coalesce(fn_update_user.email, u.email),
      bio = coalesce(fn_update_user.bio, u.bio)
  where u.pk_user = before.pk_user;
  select data into entity from v_user u where u.pk_user = before.pk_user;
  return succeeded('updated', 'The user is saved.', before.id, entity);
end $$;

-- Nothing is looked up before: who has written something is kept by the foreign keys,
-- and their comments (02_tables.sql) tell why.
create function fn_delete_user(id uuid) returns fraiseql.mutation_result
language plpgsql as $$
declare
  gone v_user;
begin
  select * into gone from v_user u where u.id = fn_delete_user.id;
  if not found then
    return refused('not_found:user', 'There is no such user.');
  end if;
  delete from tb_user u where u.pk_user = gone.pk_user;
  return succeeded('deleted', 'The user is gone.', gone.id, gone.data);
end $$;

create function fn_delete_post(id uuid) returns fraiseql.mutation_result
language plpgsql as $$
declare
  gone v_post;
begin
  select * into gone from v_post p where p.id = fn_delete_post.id;
  if not found then
    return refused('not_found:post', 'There is no such post.');
  end if;
  if gone.status <> 'draft' then
    return refused('blocked:published', 'Only drafts are deleted.');
  end if;
  delete from tb_post p where p.pk_post = gone.pk_post;
  return succeeded('deleted', 'The draft is gone.', gone.id, gone.data);
end $$;

-- The shortest form: the id of what was changed, or null. The comment is read by it.
create function fn_update_comment(id uuid, body text) returns uuid
language sql as $$
  update tb_comment c set body = fn_update_comment.body where c.id = fn_update_comment.id
  returning c.id
$$;

-- What is read. A view offers id, the columns to filter and sort by, and the whole
-- document in data, with the keys in snake_case. Its pk_ columns are for joins only.

create view v_user as
select
  u.id,
  u.pk_user,
  u.identifier,
  u.name,
  u.email,
  u.role,
  u.created_at,
  jsonb_build_object(
    'id', u.id,
    'identifier', u.identifier,
    'name', u.name,
    'email', u.email,
    'bio', u.bio,
    'role', u.role,
    'social', u.social,
    'created_at', u.created_at
  ) as data
from tb_user u;

-- The author's document is embedded: a post and its author are one read.
create view v_post as
select
  p.id,
  p.pk_post,
  p.identifier,
  u.id as author_id,
  p.status,
  p.featured,
  p.reading_minutes,
  p.published_at,
  p.created_at,
  jsonb_build_object(
    'id', p.id,
    'identifier', p.identifier,
    'title', p.title,
    'subtitle', p.subtitle,
    'body', p.body,
    'status', p.status,
    'featured', p.featured,
    'reading_minutes', p.reading_minutes,
    'published_at', p.published_at,
    'created_at', p.created_at,
    'author', u.data
  ) as data
from tb_post p
join v_user u on u.pk_user = p.fk_author;

-- Nothing is embedded: post, author, parent and replies are joined when asked for.
create view v_comment as
select
  c.id,
  p.id as post_id,
  u.id as author_id,
  parent.id as parent_id,
  c.created_at,
  jsonb_build_object(
    'id', c.id,
    'body', c.body,
    'created_at', c.created_at
  ) as data
from tb_comment c
join tb_post p on p.pk_post = c.fk_post
join tb_user u on u.pk_user = c.fk_author
left join tb_comment parent on parent.pk_comment = c.fk_parent;

-- Things of three kinds in one relation; type says which kind a row is.
create view v_activity as
select
  'UserJoined' as type,
  u.id,
  u.created_at as happened,
  u.id as actor_id,
  null::uuid as post_id,
  jsonb_build_object(
    'id', u.id,
    'happened', u.created_at,
    'actor', u.data,
    'role', u.role
  ) as data
from v_user u
union all
select
  'PostPublished',
  p.id,
  p.published_at,
  p.author_id,
  p.id,
  jsonb_build_object(
    'id', p.id,
    'happened', p.published_at,
    'actor', p.data -> 'author',
    'title', p.data -> 'title'
  )
from v_post p
where p.status = 'published'
union all
select
  'CommentWritten',
  c.id,
  c.created_at,
  c.author_id,
  c.post_id,
  jsonb_build_object(
    'id', c.id,
    'happened', c.created_at,
    'actor', u.data,
    'body', c.data -> 'body'
  )
from v_comment c
join v_user u on u.id = c.author_id;

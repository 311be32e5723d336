-- What is written. Each thing has three names: pk_ for joins (never leaves the
-- database), id for programs (public), identifier for people (in addresses).

create table tb_user (
  pk_user     int generated always as identity primary key,
  id          uuid not null unique default gen_random_uuid(),
  identifier  text not null unique check (identifier ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name        text not null check (name <> ''),
  email       text not null,
  bio         text,
  role        user_role not null default 'reader',
  social      jsonb not null default '{}',
  created_at  timestamptz not null default now()
);
create unique index tb_user_email_key on tb_user (lower(email));

create table tb_post (
  pk_post          int generated always as identity primary key,
  id               uuid not null unique default gen_random_uuid(),
  identifier       text not null unique check (identifier ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  fk_author        int not null references tb_user,
  title            text not null check (title <> ''),
  subtitle         text,
  body             text not null,
  status           post_status not null default 'draft',
  featured         boolean not null default false,
  reading_minutes  int not null check (reading_minutes > 0),
  published_at     timestamptz,
  created_at       timestamptz not null default now(),
  check ((status = 'published') = (published_at is not null))
);
create index on tb_post (fk_author);
create index on tb_post (published_at);

-- A comment has no name that people would use, so it has no identifier.
create table tb_comment (
  pk_comment  int generated always as identity primary key,
  id          uuid not null unique default gen_random_uuid(),
  fk_post     int not null references tb_post on delete cascade,
  fk_author   int not null references tb_user,
  fk_parent   int references tb_comment,
  body        text not null check (body <> ''),
  created_at  timestamptz not null default now()
);
create index on tb_comment (fk_post);
create index on tb_comment (fk_author);
create index on tb_comment (fk_parent);

comment on constraint tb_post_fk_author_fkey on tb_post is 'This user has written posts.';
comment on constraint tb_comment_fk_author_fkey on tb_comment is 'This user has written comments.';

create table tb_tag (
  pk_tag       int generated always as identity primary key,
  id           uuid not null unique default gen_random_uuid(),
  identifier   text not null unique check (identifier ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name         text not null unique,
  description  text
);

create table tb_post_tag (
  fk_post  int not null references tb_post on delete cascade,
  fk_tag   int not null references tb_tag on delete cascade,
  primary key (fk_post, fk_tag)
);
create index on tb_post_tag (fk_tag);

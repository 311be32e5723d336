-- Keys and indexes of the tb_ tables. Each list that is measured has an index in its order, the tie-breaking
-- key included.

set search_path = benchmark;

alter table tb_user
  add unique (id),
  add unique (identifier),
  add unique (email),
  add unique (username);

alter table tb_post
  add unique (id),
  add unique (identifier),
  add foreign key (fk_author) references tb_user on delete cascade;
create index on tb_post (fk_author);
create index on tb_post (created_at desc, pk_post);

alter table tb_comment
  add unique (id),
  add unique (identifier),
  add foreign key (fk_post) references tb_post on delete cascade,
  add foreign key (fk_author) references tb_user on delete cascade;
create index on tb_comment (fk_post, pk_comment);
create index on tb_comment (fk_author);
create index on tb_comment (created_at desc, pk_comment);

select p.id, p.title, c.id, c.content, c.username, c.full_name
from (select pk_post, id, title
      from benchmark.tb_post
      order by pk_post
      limit 10) p
left join lateral (select c.pk_comment, c.id, c.content, u.username, u.full_name
                   from (select pk_comment, id, content, fk_author
                         from benchmark.tb_comment
                         where fk_post = p.pk_post
                         order by pk_comment
                         limit 5) c
                   join benchmark.tb_user u on u.pk_user = c.fk_author) c on true
order by p.pk_post, c.pk_comment;

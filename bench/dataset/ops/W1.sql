\set i random(100, 700)
select id, title, created_at
from benchmark.tv_post
where published
  and title like 'Notes%'
  and created_at < timestamptz '2024-01-01 00:00Z' + :i * interval '1 day'
order by created_at desc, id
limit 20;

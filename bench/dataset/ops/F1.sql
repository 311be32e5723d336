select id, title
from benchmark.tv_post
where published
order by id
limit 10;

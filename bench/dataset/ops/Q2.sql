select id, title
from benchmark.tv_post
order by id
limit 10;

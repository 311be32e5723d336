select id, title, data -> 'author' ->> 'username', data -> 'author' ->> 'full_name'
from benchmark.tv_post
where published
order by id
limit 10;

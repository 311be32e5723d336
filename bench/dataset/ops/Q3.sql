select id, data ->> 'content', data -> 'author' ->> 'username', data -> 'post' ->> 'title'
from benchmark.tv_comment
order by id
limit 20;

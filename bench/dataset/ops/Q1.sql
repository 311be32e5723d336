select id, username, data ->> 'full_name'
from benchmark.tv_user
order by id
limit 20;

\set i random(1, :users)
select id, username, data ->> 'full_name'
from benchmark.tv_user
where id = md5('u' || :i)::uuid;

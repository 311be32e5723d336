\set i random(1, :users)
\set n random(1, 1000000000)
select id, entity ->> 'bio'
from benchmark.fn_update_user(
  jsonb_build_object('id', md5('u' || :i)::uuid, 'bio', 'Biography number ' || :n));

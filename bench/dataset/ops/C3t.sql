\set i random(1, :users)
begin;
select where num_nulls(
  set_config('app.user_id', 'u1', true), set_config('app.tenant_id', 't1', true),
  set_config('app.role', '', true), set_config('app.request_id', '0123456789abcdef0123456789abcdef', true),
  set_config('app.claims', '{"sub":"u1","tenant_id":"t1","exp":1900000000}', true),
  set_config('transaction_read_only', 'on', true)) < 0;
select id, username, data ->> 'full_name'
from benchmark.tv_user
where id = md5('u' || :i)::uuid;
commit;

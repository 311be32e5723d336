select json_build_object('data', json_build_object('invoices', json_agg(
  json_build_object('id', id::text, 'total', total::text) order by total desc, issued_at, id)))
from (select * from invoice where total >= 9.94
      order by total desc, issued_at, id limit 6) i;

select json_build_object('data', json_build_object('tracks', json_agg(json_build_object(
  'title', t.title, 'sales', (
    select json_agg(json_build_object('quantity', l.quantity, 'invoice', json_build_object(
      'customer', json_build_object('firstName', c.first_name, 'country', c.country)))
      order by i.issued_at, l.invoice_id, l.line_number)
    from invoice_line l
    join invoice i on i.id = l.invoice_id
    join customer c on c.id = i.customer_id
    where l.track_id = t.id)) order by t.n desc, t.id)))
from (select t.id, t.title, count(*) as n
      from track t join invoice_line l on l.track_id = t.id
      group by t.id
      having max(l.quantity) >= 2
      order by n desc, t.id limit 3) t;

select json_build_object('data', json_build_object('invoice', json_build_object(
  'issuedAt', i.issued_at, 'city', i.city, 'country', i.country, 'total', i.total::text,
  'customer', json_build_object('firstName', c.first_name, 'lastName', c.last_name,
                                'email', c.email),
  'lines', (
    select json_agg(json_build_object(
      'lineNumber', l.line_number, 'quantity', l.quantity, 'price', l.unit_price::text,
      'track', json_build_object('title', t.title, 'album', json_build_object(
        'artist', json_build_object('name', r.name)))) order by l.line_number)
    from invoice_line l
    join track t on t.id = l.track_id
    join album a on a.id = t.album_id
    join artist r on r.id = a.artist_id
    where l.invoice_id = i.id))))
from invoice i
join customer c on c.id = i.customer_id
where i.id = 19;

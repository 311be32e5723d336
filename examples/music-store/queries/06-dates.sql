select json_build_object('data', json_build_object(
  'albums', (
    select coalesce(json_agg(json_build_object('title', title, 'releasedOn', released_on)
                             order by id), '[]')
    from album where released_on >= '1999-01-01' and released_on < '2001-01-01'),
  'invoices', (
    select coalesce(json_agg(json_build_object('id', id::text, 'issuedAt', issued_at)
                             order by id), '[]')
    from invoice
    where issued_at between '2025-03-01 00:00Z' and '2025-03-05 12:00+01')));

select json_build_object('data', json_build_object(
  'invoiceLine', (
    select json_build_object(
      'invoiceId', l.invoice_id::text, 'lineNumber', l.line_number, 'price', l.unit_price::text,
      'quantity', l.quantity, 'track', json_build_object('title', t.title),
      'invoice', json_build_object('total', i.total::text))
    from invoice_line l
    join track t on t.id = l.track_id
    join invoice i on i.id = l.invoice_id
    where l.invoice_id = 4 and l.line_number = 3),
  'missing', null));

select json_build_object('data', json_build_object('employees', json_agg(json_build_object(
  'lastName', m.last_name, 'team', (
    select coalesce(json_agg(json_build_object('lastName', e.last_name, 'customers', (
      select coalesce(json_agg(json_build_object('lastName', c.last_name, 'invoices', (
        select coalesce(json_agg(json_build_object('issuedAt', i.issued_at,
                                                   'total', i.total::text)), '[]')
        from (select * from invoice where customer_id = c.id
              order by issued_at desc, id limit 1) i)) order by c.id), '[]')
      from (select * from customer where support_rep_id = e.id and country = 'Portugal'
            order by id limit 2) c)) order by e.id), '[]')
    from employee e where e.reports_to = m.id)) order by m.id)))
from employee m
where m.title = 'Sales Manager';

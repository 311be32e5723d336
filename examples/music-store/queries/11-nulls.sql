select json_build_object('data', json_build_object(
  'customers', (
    select json_agg(json_build_object('firstName', first_name, 'company', company, 'phone', phone,
      'supportRep', json_build_object('lastName', last)) order by id)
    from (select c.*, e.last_name as last
          from customer c join employee e on e.id = c.support_rep_id
          where c.company is not null order by c.id limit 3) c),
  'withoutRep', (
    select json_agg(json_build_object('id', id, 'supportRep', null) order by id)
    from customer where support_rep_id is null)));

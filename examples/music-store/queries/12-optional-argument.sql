select json_build_object('data', json_build_object(
  'customersIn', (
    select json_agg(json_build_object('id', id, 'city', city) order by id)
    from (select * from customer where country = 'Japan' and city = 'Kyoto'
          order by id limit 4) c),
  'all', (
    select json_agg(json_build_object('id', id, 'city', city) order by city, id)
    from (select * from customer where country = 'Japan' order by city, id limit 4) c)));

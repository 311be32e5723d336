select json_build_object('data', json_build_object(
  'first', (
    select json_agg(json_build_object('id', id::text, 'price', unit_price::text)
                    order by unit_price desc, id)
    from (select * from track order by unit_price desc, id limit 3) t),
  'second', (
    select json_agg(json_build_object('id', id::text, 'price', unit_price::text)
                    order by unit_price desc, id)
    from (select * from track order by unit_price desc, id limit 3 offset 3) t),
  'last', (
    select json_agg(json_build_object('id', id::text, 'price', unit_price::text)
                    order by unit_price, id)
    from (select * from track order by unit_price, id limit 3 offset 598) t)));

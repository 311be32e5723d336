select json_build_object('data', json_build_object(
  'starts', (
    select json_agg(json_build_object('name', name) order by id)
    from (select * from artist where name like 'The É%' order by id limit 2) a),
  'ends', (
    select json_agg(json_build_object('title', title) order by id)
    from (select * from track where title like '%Zoë' order by id limit 3) t),
  'either', (
    select json_agg(json_build_object('title', title) order by id)
    from (select * from track
          where title ilike '%MARGUERITE (l%' or title ilike 'a waltz%(live)'
          order by id limit 6) t),
  'quoted', (
    select json_agg(json_build_object('id', id, 'lastName', last_name) order by id)
    from customer where last_name = 'O''Brien')));

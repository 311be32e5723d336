select json_build_object('data', json_build_object(
  'tracks', (
    select coalesce(json_agg(json_build_object('id', id::text, 'title', title) order by id), '[]')
    from (select t.id, t.title
          from track t
          join album a on a.id = t.album_id
          join artist r on r.id = a.artist_id
          join genre g on g.id = t.genre_id
          where r.country = 'Mali' and a.released_on < '2000-01-01'
            and g.name in ('Folk', 'Jazz', 'Soul')
          order by t.id limit 5) t),
  'bigSpenders', (
    select coalesce(json_agg(json_build_object('id', id, 'lastName', last_name) order by id), '[]')
    from (select * from customer c
          where exists (select from invoice i where i.customer_id = c.id and i.total > 10)
          order by id limit 5) c),
  'cheap', (
    select coalesce(json_agg(json_build_object('id', id, 'lastName', last_name) order by id), '[]')
    from (select * from customer c
          where not exists (select from invoice i where i.customer_id = c.id and i.total >= 6)
          order by id limit 5) c)));

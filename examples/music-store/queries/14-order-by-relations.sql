select json_build_object('data', json_build_object(
  'albums', (
    select json_agg(json_build_object('title', title, 'artist', json_build_object('name', name,
                                                                               'formed', formed))
                    order by formed desc nulls last, title, id)
    from (select a.*, r.name, r.formed from album a join artist r on r.id = a.artist_id
          order by r.formed desc nulls last, a.title, a.id limit 4) a),
  'genres', (
    select json_agg(json_build_object('name', name) order by n, name)
    from (select g.name, count(t.id) as n
          from genre g left join track t on t.genre_id = g.id
          group by g.id) g)));

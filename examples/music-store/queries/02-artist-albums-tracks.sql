select json_build_object('data', json_build_object('artistByName', (
  select json_build_object('id', id, 'country', country, 'formed', formed, 'albums', (
    select coalesce(json_agg(json_build_object('title', title, 'releasedOn', released_on, 'tracks', (
      select coalesce(json_agg(json_build_object('position', position, 'title', title)
                               order by position), '[]')
      from (select * from track t where t.album_id = a.id order by position limit 3) t))
      order by released_on desc, id), '[]')
    from album a where a.artist_id = r.id))
  from artist r where name = 'The Copper Orchards')));

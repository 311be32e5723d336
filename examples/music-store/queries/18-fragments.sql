select json_build_object('data', json_build_object('album', json_build_object(
  '__typename', 'Album', 'title', a.title, 'artist', json_build_object('name', r.name),
  'opener', (
    select json_agg(json_build_object('title', title, 'durationMs', duration_ms,
                                      'composer', composer))
    from track where album_id = a.id and position = 1),
  'closer', (
    select json_agg(json_build_object('title', title, 'durationMs', duration_ms,
                                      'composer', composer))
    from track where album_id = a.id and position = 6))))
from album a
join artist r on r.id = a.artist_id
where a.id = 10;

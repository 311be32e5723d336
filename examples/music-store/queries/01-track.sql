select json_build_object('data', json_build_object('track', json_build_object(
  'id', t.id::text, 'title', t.title, 'composer', t.composer, 'durationMs', t.duration_ms,
  'sizeBytes', t.size_bytes::text, 'price', t.unit_price::text,
  'album', json_build_object('title', a.title, 'releasedOn', a.released_on,
                             'artist', json_build_object('name', r.name)),
  'genre', json_build_object('name', g.name),
  'mediaType', json_build_object('name', m.name))))
from track t
join album a on a.id = t.album_id
join artist r on r.id = a.artist_id
join genre g on g.id = t.genre_id
join media_type m on m.id = t.media_type_id
where t.id = 57;

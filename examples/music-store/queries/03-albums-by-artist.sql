select json_build_object('data', json_build_object('albumsByArtist', coalesce(
  json_agg(json_build_object('id', id, 'title', title) order by id), '[]')))
from album
where artist_id = 8;

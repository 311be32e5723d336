select json_build_object('data', json_build_object(
  'playlist', (
    select json_build_object('name', p.name, 'tracks', (
      select coalesce(json_agg(json_build_object('title', t.title, 'playlists', (
        select json_agg(json_build_object('name', q.name) order by q.id)
        from playlist_track qt join playlist q on q.id = qt.playlist_id
        where qt.track_id = t.id)) order by t.id), '[]')
      from playlist_track pt
      join track t on t.id = pt.track_id
      join media_type m on m.id = t.media_type_id
      where pt.playlist_id = p.id and m.name = 'Concert film'))
    from playlist p where p.id = 3),
  'empty', (
    select json_agg(json_build_object('name', name, 'tracks', '[]'::json) order by name)
    from playlist p
    where not exists (select from playlist_track pt where pt.playlist_id = p.id))));

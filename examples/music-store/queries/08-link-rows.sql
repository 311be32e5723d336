select json_build_object('data', json_build_object('playlist', json_build_object('entries', (
  select json_agg(json_build_object('addedOn', added_on, 'track', json_build_object(
    'title', title, 'album', json_build_object('artist', json_build_object('name', name))))
    order by added_on desc, playlist_id, track_id)
  from (select pt.*, t.title, r.name
        from playlist_track pt
        join track t on t.id = pt.track_id
        join album a on a.id = t.album_id
        join artist r on r.id = a.artist_id
        where pt.playlist_id = 6
        order by added_on desc, playlist_id, track_id limit 4) e))));

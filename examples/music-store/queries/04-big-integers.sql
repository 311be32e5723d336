select json_build_object('data', json_build_object(
  'tracks', (
    select json_agg(json_build_object('id', id::text, 'title', title, 'sizeBytes', size_bytes::text)
                    order by size_bytes desc, id)
    from (select * from track where size_bytes > 3000000000
          order by size_bytes desc, id limit 5) t),
  'between', (
    select coalesce(json_agg(json_build_object('sizeBytes', size_bytes::text) order by id), '[]')
    from track where size_bytes between 2147480000 and 2200000000)));

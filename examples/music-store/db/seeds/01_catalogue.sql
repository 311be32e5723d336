-- Names are made by combining lists whose lengths have no common divisor, so that no
-- combination comes twice; numbers by arithmetic on n. Every run gives the same rows.

insert into artist (id, name, country, formed)
select n,
       'The '
       || (array['Copper', 'Velvet', 'Northern', 'Paper', 'Électric', 'Quiet', 'Midnight', 'Salty',
                 'Hollow', 'Golden', 'Wandering'])[1 + n % 11]
       || ' '
       || (array['Foxes', 'Harbours', 'Orchards', 'Lanterns', 'Satellites', 'Rivers', 'Clockmakers',
                 'Swimmers', 'Antennas'])[1 + n % 9],
       (array['Iceland', 'Japan', 'Brazil', 'Mali', 'Canada', null, 'Poland'])[1 + n % 7],
       case when n % 10 <> 0 then 1960 + n * 37 % 61 end
from generate_series(1, 40) n;

insert into album (id, artist_id, title, released_on)
select n,
       1 + n * 7 % 40,
       (array['Songs about', 'A Map of', 'Leaving', 'Letters to', 'The Colour of', 'Beneath',
              'Return to', 'In Praise of'])[1 + n % 8]
       || ' '
       || (array['Winter', 'Water', 'the City', 'Dust', 'Glass', 'October', 'the Lighthouse', 'Rust',
                 'Wool', 'Gravity', 'the Ferry', 'Snow', 'Ink'])[1 + n % 13],
       date '1984-03-09' + n * 149
from generate_series(1, 100) n;

insert into genre (id, name)
select n, name
from unnest(array['Rock', 'Folk', 'Jazz', 'Electronic', 'Soul', 'Ambient', 'Chamber Music',
                  'Spoken Word', 'Silence'])
     with ordinality g (name, n);

insert into media_type (id, name)
select n, name
from unnest(array['Compressed audio', 'Lossless audio', 'Vinyl transfer', 'Concert film'])
     with ordinality m (name, n);

-- Six tracks an album. Films are big: their sizes do not fit into 32 bits.
insert into track (id, album_id, genre_id, media_type_id, position, title, composer, duration_ms,
                   size_bytes, unit_price)
select n,
       album,
       1 + album * 5 % 8,
       media,
       1 + (n - 1) % 6,
       (array['Waiting for', 'Dancing with', 'Nobody Told', 'Running Past', 'Goodnight,', 'Counting',
              'Ten Words for', 'Asleep beside', 'Remember', 'Hurry,', 'A Waltz for'])[1 + n % 11]
       || ' '
       || (array['the Rain', 'Marguerite', 'the Moon', 'the Neighbours', 'My Father', 'the Bees',
                 'Tomorrow', 'the Tide', 'Ottilie', 'the Last Tram', 'Nothing', 'the Mountain',
                 'Your Shadow', 'Sparrows', 'the Bread', 'Yesterday', 'Zoë', 'the Wires',
                 'Everyone'])[1 + n % 19]
       || (array['', ' (Reprise)', ' (Live)'])[1 + n / 209],
       case when n % 5 <> 0 then
         (array['A.', 'K.', 'M.', 'Ö.', 'T.'])[1 + n % 5]
         || ' '
         || (array['Almeida', 'Brandt', 'Coulibaly', 'Dąbrowska', 'Eriksen', 'Fujimori',
                   'Grímsdóttir'])[1 + n % 7]
       end,
       duration,
       duration::bigint * (array[40, 130, 170, 9000])[media],
       (array[0.99, 1.29, 1.49, 2.99])[media]
from generate_series(1, 600) n,
     lateral (select 1 + (n - 1) / 6, 120000 + n * 7919 % 240000) a (album, duration),
     lateral (select case when album % 10 = 0 then 4 else 1 + album % 3 end) m (media);

insert into playlist (id, name)
select n, name
from unnest(array['Kitchen', 'Long Train Rides', 'Rain on the Window', 'Before Breakfast', 'Köln by Night',
                  'Staff Picks', 'Empty Shelf'])
     with ordinality p (name, n);

insert into playlist_track (playlist_id, track_id, added_on)
select p.id, t.id, date '2025-01-01' + ((t.id * 13 + p.id) % 300)::int
from playlist p
join track t on t.id * (p.id + 2) % 29 = p.id
where p.name <> 'Empty Shelf';

select setval(pg_get_serial_sequence(name, 'id'), 1000)
from unnest(array['artist', 'album', 'genre', 'media_type', 'track', 'playlist']) name;

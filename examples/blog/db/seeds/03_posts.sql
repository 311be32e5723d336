insert into tb_post (id, identifier, fk_author, title, subtitle, body, status, featured,
                     reading_minutes, published_at, created_at)
select v.id::uuid, v.identifier, u.pk_user, v.title, v.subtitle, v.body, v.status::post_status,
       v.featured, v.reading_minutes, v.published_at::timestamptz, v.created_at::timestamptz
from (values
  (1, '20000000-0000-4000-8000-000000000001', 'slow-bread', 'mira-okafor',
   'Slow bread', 'Why the dough may sleep longer than you',
   'Most recipes hurry. Give the dough a cold night and it will repay you with a crust that '
   'crackles like a small fire. You need 500 g of flour, 350 g of water, 10 g of salt and a pinch '
   'of yeast — and nothing to do until breakfast.',
   'published', true, 4, '2025-01-20 07:00Z', '2025-01-12 20:10Z'),
  (2, '20000000-0000-4000-8000-000000000002', 'first-light', 'soren-lindqvist',
   'First light', null,
   'The first thing you see through a new telescope is the street lamp. The second is the Moon, '
   'and you will not go to bed before three. Bring tea.',
   'published', false, 3, '2025-02-02 22:15Z', '2025-01-30 18:00Z'),
  (3, '20000000-0000-4000-8000-000000000003', 'explain-analyze-by-candlelight', 'soren-lindqvist',
   'EXPLAIN ANALYZE by candlelight', 'Reading a plan from the inside out',
   'A query plan is a tree, and like most trees it is best read from the leaves. Look for the node '
   'whose estimate and truth disagree by a factor of 100: your story starts there.',
   'published', true, 9, '2025-03-10 09:00Z', '2025-03-02 21:40Z'),
  (4, '20000000-0000-4000-8000-000000000004', 'over-the-pass', 'yuki-tanaka',
   'Over the pass', 'Three days from Matsumoto to Takayama',
   'The road climbs for six hours and descends for one. At the top there is a shop that sells '
   'exactly one thing, 温泉卵, and it is exactly what you want.',
   'published', true, 7, '2025-04-05 05:30Z', '2025-03-28 12:00Z'),
  (5, '20000000-0000-4000-8000-000000000005', 'truing-a-wheel', 'yuki-tanaka',
   'Truing a wheel', null,
   'Turn the bicycle over, spin the wheel, listen. A quarter of a turn of the spoke key is a lot. '
   'If you think that it needs half a turn, have a cup of coffee first.',
   'published', false, 5, '2025-05-18 10:00Z', '2025-05-17 16:20Z'),
  (6, '20000000-0000-4000-8000-000000000006', 'courgette-season', 'amelie-fournier',
   'Courgette season', 'A warning',
   'One plant is enough for a family. Two are enough for a street. I planted five, and now people '
   'cross the road when they see me with a basket. 🥒',
   'published', false, 3, '2025-07-14 06:00Z', '2025-07-13 19:45Z'),
  (7, '20000000-0000-4000-8000-000000000007', 'the-compost-diaries', 'amelie-fournier',
   'The compost diaries', 'Brown, green, brown, green',
   'Compost is a slow fire that you feed with leaves. Mine reached 62 °C in its second week, and a '
   'hedgehog moved in during the fourth. We have agreed on terms.',
   'published', true, 6, '2025-08-30 08:20Z', '2025-08-21 07:55Z'),
  (8, '20000000-0000-4000-8000-000000000008', 'rows-that-know-their-neighbours', 'soren-lindqvist',
   'Rows that know their neighbours', 'Window functions, gently',
   'lag() looks back, lead() looks ahead, and sum() over (order by …) remembers everything. No row '
   'is an island once you have met the OVER clause.',
   'published', false, 8, '2025-09-12 09:00Z', '2025-09-01 20:30Z'),
  (9, '20000000-0000-4000-8000-000000000009', 'rye-and-stars', 'mira-okafor',
   'Rye & stars', null,
   'Søren brought his telescope and I brought the rye. Saturn has rings; so has the crumb if you '
   'shape the loaf too tightly. "It is a feature," he said, mouth full.',
   'published', true, 4, '2025-10-03 20:00Z', '2025-10-02 23:10Z'),
  (10, '20000000-0000-4000-8000-000000000010', 'winter-sowing', 'amelie-fournier',
   'Winter sowing', 'Seeds that want the cold',
   'Some seeds sleep until a frost has been over them. Put them in a box with holes, put the box in '
   'the snow, and forget it until March.',
   'in_review', false, 5, null, '2025-11-02 10:00Z'),
  (11, '20000000-0000-4000-8000-000000000011', 'tuning-a-tent', 'yuki-tanaka',
   'Tuning a tent', null,
   'A well-pitched tent hums in the wind. A badly pitched one plays the drums.',
   'draft', false, 2, null, '2025-11-05 17:30Z'),
  (12, '20000000-0000-4000-8000-000000000012', 'a-year-of-lamplight', 'mira-okafor',
   'A year of lamplight', 'What we wrote, and what we ate',
   'Twelve posts, thirty comments, one hedgehog. Thank you for reading.',
   'draft', false, 1, null, '2025-11-20 21:00Z')
) v (n, id, identifier, author, title, subtitle, body, status, featured, reading_minutes,
     published_at, created_at)
join tb_user u on u.identifier = v.author
order by v.n;

insert into tb_post_tag (fk_post, fk_tag)
select p.pk_post, t.pk_tag
from (values
  ('slow-bread', 'baking'),
  ('slow-bread', 'how-to'),
  ('first-light', 'astronomy'),
  ('explain-analyze-by-candlelight', 'postgresql'),
  ('explain-analyze-by-candlelight', 'how-to'),
  ('over-the-pass', 'cycling'),
  ('over-the-pass', 'travel'),
  ('truing-a-wheel', 'cycling'),
  ('truing-a-wheel', 'how-to'),
  ('courgette-season', 'gardening'),
  ('the-compost-diaries', 'gardening'),
  ('the-compost-diaries', 'how-to'),
  ('rows-that-know-their-neighbours', 'postgresql'),
  ('rye-and-stars', 'baking'),
  ('rye-and-stars', 'astronomy'),
  ('winter-sowing', 'gardening'),
  ('winter-sowing', 'how-to'),
  ('tuning-a-tent', 'travel')
) v (post, tag)
join tb_post p on p.identifier = v.post
join tb_tag t on t.identifier = v.tag;

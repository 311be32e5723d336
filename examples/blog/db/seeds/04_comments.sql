-- The second number is the comment that a comment replies to.
create temporary table seed (
  n int, reply_to int, post text, author text, created_at timestamptz, body text
);
insert into seed values
  (1, null, 'slow-bread', 'bartek-nowak', '2025-04-23 06:10Z',
   'My first loaf that was not a brick. Thank you!'),
  (2, 1, 'slow-bread', 'mira-okafor', '2025-04-23 07:00Z',
   'Bricks have their uses, too. But well done 🍞'),
  (3, null, 'slow-bread', 'amelie-fournier', '2025-04-24 12:00Z',
   'Does it work with spelt?'),
  (4, 3, 'slow-bread', 'mira-okafor', '2025-04-24 12:30Z',
   'With a little less water, yes.'),
  (5, 3, 'slow-bread', 'soren-lindqvist', '2025-04-24 20:15Z',
   'I tried. It spread like a galaxy.'),
  (6, null, 'first-light', 'mira-okafor', '2025-02-03 08:00Z',
   'What kind of tea?'),
  (7, 6, 'first-light', 'soren-lindqvist', '2025-02-03 19:20Z',
   'Lapsang. It hides the smell of cold metal.'),
  (8, null, 'first-light', 'yuki-tanaka', '2025-02-15 13:00Z',
   'I can confirm the street lamp.'),
  (9, null, 'explain-analyze-by-candlelight', 'bartek-nowak', '2025-04-25 22:40Z',
   'From the leaves! Nobody had told me.'),
  (10, null, 'explain-analyze-by-candlelight', 'yuki-tanaka', '2025-03-11 05:05Z',
   'My estimate was 1 row. The truth was 4,000,000.'),
  (11, 10, 'explain-analyze-by-candlelight', 'soren-lindqvist', '2025-03-11 07:30Z',
   'When did you last run ANALYZE?'),
  (12, 11, 'explain-analyze-by-candlelight', 'yuki-tanaka', '2025-03-11 07:45Z',
   '…I will be right back.'),
  (13, 12, 'explain-analyze-by-candlelight', 'soren-lindqvist', '2025-03-11 07:46Z',
   ':)'),
  (14, null, 'over-the-pass', 'amelie-fournier', '2025-04-06 09:00Z',
   'Magnifique. How heavy was the bicycle?'),
  (15, 14, 'over-the-pass', 'yuki-tanaka', '2025-04-06 10:30Z',
   '28 kg with the tent, 29 with the eggs.'),
  (16, null, 'over-the-pass', 'bartek-nowak', '2025-04-26 18:00Z',
   '100% going there next spring.'),
  (17, null, 'truing-a-wheel', 'bartek-nowak', '2025-05-19 17:00Z',
   'I did half a turn. I should have had the coffee.'),
  (18, 17, 'truing-a-wheel', 'yuki-tanaka', '2025-05-19 21:00Z',
   'We have all been there.'),
  (19, null, 'courgette-season', 'mira-okafor', '2025-07-14 07:30Z',
   'So it was you who left the basket on my stairs.'),
  (20, 19, 'courgette-season', 'amelie-fournier', '2025-07-14 07:35Z',
   'I do not know what you mean.'),
  (21, null, 'courgette-season', 'soren-lindqvist', '2025-07-14 18:00Z',
   'And on mine.'),
  (22, null, 'courgette-season', 'bartek-nowak', '2025-07-15 06:00Z',
   'And mine!'),
  (23, null, 'the-compost-diaries', 'bartek-nowak', '2025-08-30 15:00Z',
   'Does the hedgehog have a name?'),
  (24, 23, 'the-compost-diaries', 'amelie-fournier', '2025-08-30 16:00Z',
   'Monsieur Épines.'),
  (25, null, 'the-compost-diaries', 'yuki-tanaka', '2025-08-31 02:20Z',
   '62 °C is warmer than my tent has ever been.'),
  (26, null, 'rows-that-know-their-neighbours', 'bartek-nowak', '2025-09-12 19:00Z',
   'I replaced 40 lines of code with one OVER clause.'),
  (27, null, 'rows-that-know-their-neighbours', 'mira-okafor', '2025-09-13 08:10Z',
   'Even I understood this one.'),
  (28, null, 'rye-and-stars', 'soren-lindqvist', '2025-10-04 06:00Z',
   'I stand by what I said.'),
  (29, 28, 'rye-and-stars', 'mira-okafor', '2025-10-04 06:30Z',
   'You were chewing.'),
  (30, null, 'rye-and-stars', 'yuki-tanaka', '2025-10-04 23:00Z',
   'Next time, please post both: bread and stars. 📮');

insert into tb_comment (id, fk_post, fk_author, body, created_at)
select ('30000000-0000-4000-8000-0000000000' || to_char(s.n, 'FM00'))::uuid,
       p.pk_post, u.pk_user, s.body, s.created_at
from seed s
join tb_post p on p.identifier = s.post
join tb_user u on u.identifier = s.author
order by s.n;

update tb_comment c
set fk_parent = parent.pk_comment
from seed s, tb_comment parent
where right(c.id::text, 2)::int = s.n
  and right(parent.id::text, 2)::int = s.reply_to;

drop table seed;

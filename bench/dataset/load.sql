-- psql -v users=10000 -v posts=50000 -v comments=200000 -f load.sql
--
-- Every value follows from the number of its row: the same volume is the same data on
-- every machine. Ids can be computed, too: md5('u' || i)::uuid is the id of user i,
-- 'p' and 'c' are for posts and comments.

set search_path = benchmark;

-- A number from 0 to n-1 that looks random and depends on nothing but what and i.
create function pg_temp.draw(what text, i int, n int) returns int
language sql immutable parallel safe
return (('x' || left(md5(what || i::text), 8))::bit(32)::bigint % n)::int;

-- The first five users have names, the others have numbers.
insert into tb_user (pk_user, id, identifier, email, username, full_name, bio,
                     created_at, updated_at)
select i,
       md5('u' || i)::uuid,
       coalesce(lower(first), 'user-' || i),
       coalesce(lower(first), 'user' || i) || '@bench.test',
       coalesce(lower(first), 'user_' || i),
       coalesce(first || ' ' || last, 'Benchmark User ' || i),
       case when i % 3 <> 0 then 'Reads a little, writes a little, and is user number ' || i || '.' end,
       at, at
from generate_series(1, :users) i,
     lateral (select (array['Alice', 'Bob', 'Carol', 'Dave', 'Eve'])[i],
                     (array['Johnson', 'Smith', 'Williams', 'Brown', 'Davis'])[i],
                     timestamptz '2026-01-01 00:00Z' - pg_temp.draw('user at', i, 1000 * 86400)
                       * interval '1 second') u (first, last, at);

-- Half of the posts are by a tenth of the users; four of five are published.
insert into tb_post (pk_post, id, identifier, title, content, fk_author, published,
                     created_at, updated_at)
select i,
       md5('p' || i)::uuid,
       'post-' || i,
       (array['Notes on Indexes', 'The Patient Planner', 'A Vacuum Diary', 'Joins for Breakfast',
              'What the Log Said', 'Locks and Keys', 'The Shape of JSON', 'Slowly, then at Once',
              'Rows, Columns and Tea', 'Measured Twice'])[1 + i % 10] || ' — Part ' || i,
       'This is post number ' || i || '. It says what needs to be said about its subject and then '
       || 'goes on for a while, because a post is expected to have a certain length: long enough to '
       || 'fill a paragraph, short enough to be read to the end, and nowhere near as long as the '
       || 'comments below it may grow.',
       1 + case when pg_temp.draw('keen', i, 2) = 0 then pg_temp.draw('author', i, :users / 10)
                else pg_temp.draw('author', i, :users) end,
       pg_temp.draw('published', i, 5) > 0,
       at, at
from generate_series(1, :posts) i,
     lateral (select timestamptz '2026-01-01 00:00Z' - pg_temp.draw('post at', i, 730 * 86400)
                     * interval '1 second') p (at);

insert into tb_comment (pk_comment, id, fk_post, fk_author, content,
                        created_at, updated_at)
select i,
       md5('c' || i)::uuid,
       1 + pg_temp.draw('of post', i, :posts),
       1 + pg_temp.draw('commentator', i, :users),
       'Comment number ' || i || ' agrees with most of it, has a question about the second half, '
       || 'and would like to add that it was different when the tables were smaller.',
       at, at
from generate_series(1, :comments) i,
     lateral (select timestamptz '2026-01-01 00:00Z' - pg_temp.draw('comment at', i, 365 * 86400)
                     * interval '1 second') c (at);

select setval(pg_get_serial_sequence('tb_user', 'pk_user'), :users),
       setval(pg_get_serial_sequence('tb_post', 'pk_post'), :posts),
       setval(pg_get_serial_sequence('tb_comment', 'pk_comment'), :comments) \g /dev/null

\ir keys.sql
vacuum analyze tb_user, tb_post, tb_comment;

\ir projection.sql
vacuum analyze tv_user, tv_post, tv_comment;

-- Proves that the tv_ tables equal the views; each column of the answer must be 0.

set search_path = benchmark;

select
  (select count(*) from ((table tv_user except table v_user)
                         union all (table v_user except table tv_user)) x) as users,
  (select count(*) from ((table tv_post except table v_post)
                         union all (table v_post except table tv_post)) x) as posts,
  (select count(*) from ((table tv_comment except table v_comment)
                         union all (table v_comment except table tv_comment)) x) as comments;

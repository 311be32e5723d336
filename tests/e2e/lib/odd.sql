-- What databases may hold and schemas can't: odd names, kinds of objects, functions of all forms.
create extension pg_stat_statements;
create extension citext;
create extension hstore;
create extension ltree;
create schema "Odd Schema";
create type "Weird Enum" as enum ('', 'a b', 'true', 'null', '3d', 'ä', 'a-b', 'a_b');
create domain posint as int check (value > 0);
create domain mood_d as "Weird Enum";
create type point3 as (x float8, y float8, "Z Axis" posint);
create table "Select" ("From" int primary key, "where" text, "order by" numeric(10,3) default 1, "a.b" text,
  "ünï" text, __typename text, "__x" int, "CamelCase" boolean, "URL" text, x_1 int, x1 int, "x1 " int, _lead int,
  trail_ int, double__under int, "quote""d" text, "back\slash" text, "new
line" text, p point3, ps point3[], e "Weird Enum", es "Weird Enum"[], md mood_d, ci citext, h hstore, lt ltree,
  r int4range, mr int4multirange, ip inet, m macaddr, b bytea, bits bit(3), money money, xml xml, ts tsvector,
  j json, jb jsonb, iv interval, t time, tz timetz, d date, tsn timestamp, tst timestamptz, f4 float4, f8 float8,
  i2 int2, o oid, c char(3), "char" "char", nm name, mat int[][], pg point, u uuid) ;
insert into "Select"("From","where",p,ps,e,es) values (1, 'x', row(1,2,3), array[row(1,2,3)::point3], 'a b',
  array['ä','null']::"Weird Enum"[]);
create table "dotted.name" (id int primary key, "select" int references "Select");
create table "Odd Schema"."T" (id int primary key, s int references "Select");
create table measure (id int, at date not null, v int, primary key (id, at)) partition by range (at);
create table measure_2025 partition of measure for values from ('2025-01-01') to ('2026-01-01');
insert into measure values (1, '2025-05-05', 7);
create materialized view mv_stats as select count(*) as n, max(id) as most from measure;
create table gen (id int generated always as identity primary key, a int,
  twice int generated always as (a * 2) stored);
create table child_of_gen () inherits (gen);
create foreign data wrapper nothing; create server s foreign data wrapper nothing; create foreign table ft (id int,
  name text) server s;
create table no_key (a int, b text);
create table only_internal (pk_x int primary key, fk_y int);
create table empty_table ();
create table very_long_name_very_long_name_very_long_name_very_long_name_abc (id int primary key,
  very_long_column_very_long_column_very_long_column_very_long_co int references
  very_long_name_very_long_name_very_long_name_very_long_name_abc);
create table a (id int primary key, b_id int); create table b (id int primary key,
  a_id int references a); alter table a add foreign key (b_id) references b;
create view v_plain as select a.id, a.b_id, 'x' as const, now() as at, count(*) over () as n from a;
create view security as select usename from pg_user;
create view "v_" as select 1 as id;
create table tb_ (id int primary key);
create table query (id int primary key); create table mutation (id int primary key);
create table string (id int primary key, filter text); create table string_filter (id int primary key);
create table int_filter (id int primary key);
create table where_input(id int primary key); create table user_where_input(id int primary key);
create table "user"(id int primary key, "limit" int, "offset" int, "where" int, order_by int unique);
create unique index on "user" ("where", "limit");
create function fn_odd("P Arg" int, p_from text default 'x', inout n int default 1,
  variadic xs int[] default '{}') language sql as 'select 1';
create function fn_out(a int, out b int, out "C D" text) stable language sql as $$ select 1, 'x' $$;
create function fn_table(a int) returns table(x int, y "Weird Enum") stable language sql as $$ select 1,
  'a b'::"Weird Enum" $$;
create function fn_set() returns setof int stable language sql as 'select 1';
create function fn_rec() returns record language sql as 'select 1, 2';
create function fn_any(a anyelement) returns anyelement language sql as 'select a';
create function fn_comp(p point3) returns point3 stable language sql as 'select p';
create function fn_trigger() returns trigger language plpgsql as 'begin return new; end';
create function fn_same(a int) returns int language sql as 'select a';
create function fn_same(a text) returns text language sql as 'select a';
create function select_label(s "Select") returns text stable language sql as $$ select s."where" $$;
create function user_limit(u "user") returns int stable language sql as 'select 1';
create procedure fn_proc() language sql as '';
comment on table a is E'Quotes """ and \\ and\nlines';
comment on column a.b_id is 'ends with "';

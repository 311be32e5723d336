insert into employee (id, first_name, last_name, title, reports_to, birth_date, hired_on) values
(1, 'Henrike', 'Vogel', 'General Manager', null, '1968-05-11', '2015-02-01'),
(2, 'Idris', 'Mensah', 'Sales Manager', 1, '1974-11-30', '2015-03-15'),
(3, 'Lucía', 'Ferrer', 'IT Manager', 1, '1981-07-04', '2016-01-11'),
(4, 'Noor', 'Haddad', 'Sales Agent', 2, '1992-02-29', '2017-06-01'),
(5, 'Pekka', 'Laine', 'Sales Agent', 2, '1988-12-24', '2018-09-03'),
(6, 'Wen', 'Li', 'Sales Agent', 2, '1995-08-17', '2021-04-19'),
(7, 'Sunniva', 'Berg', 'Database Administrator', 3, '1985-10-08', '2019-05-06'),
(8, 'Tomasz', 'Zając', 'Web Developer', 3, '1998-01-23', '2023-08-14');

insert into customer (id, first_name, last_name, company, email, phone, city, country,
                      support_rep_id)
select n,
       (array['Ana', 'Björn', 'Chiara', 'Dmitri', 'Esi', 'Farah', 'Goran', 'Hana', 'Inês', 'Jonas',
              'Kirra', 'Liam'])[1 + n % 12],
       (array['Abara', 'Bianchi', 'Castillo', 'Duarte', 'Egede', 'Fischer', 'Gupta', 'Hoang', 'Ito',
              'Jansen', 'Kovács', 'Lund', 'Moreau', 'Novák', 'O''Brien', 'Popescu',
              'Quispe'])[1 + n % 17],
       case when n % 6 = 0 then
         (array['Radio', 'Café', 'Studio', 'Cinema', 'Hotel'])[1 + n % 5]
         || ' '
         || (array['Luna', 'Central', 'Polar', 'Royal'])[1 + n % 4]
       end,
       'customer' || n || '@music.example',
       case when n % 4 <> 0 then '+00 555 ' || to_char(n * 7919 % 10000, 'FM0000') end,
       place ->> 0,
       place ->> 1,
       case when n % 20 <> 0 then 4 + n % 3 end
from generate_series(1, 60) n,
     lateral (select jsonb '[["Lisbon", "Portugal"], ["Gdańsk", "Poland"], ["Osaka", "Japan"],
                             ["Montréal", "Canada"], ["Bamako", "Mali"], ["Tromsø", "Norway"],
                             ["Recife", "Brazil"], ["Porto", "Portugal"], ["Akureyri", "Iceland"],
                             ["Kyoto", "Japan"]]' -> n % 10) p (place);

insert into invoice (id, customer_id, issued_at, city, country)
select n, c.id, timestamptz '2025-01-02 08:00Z' + n * interval '1 day 5 hours 17 minutes',
       c.city, c.country
from generate_series(1, 240) n
join customer c on c.id = 1 + n * 17 % 60;

insert into invoice_line (invoice_id, line_number, track_id, unit_price, quantity)
select i.id, k, t.id, t.unit_price, case when (i.id + k) % 7 = 0 then 2 else 1 end
from invoice i
cross join lateral generate_series(1, 1 + (i.id % 5)::int) k
join track t on t.id = 1 + (i.id * 37 + k * 101) % 600;

update invoice i
set total = (select sum(unit_price * quantity) from invoice_line l where l.invoice_id = i.id);

select setval(pg_get_serial_sequence(name, 'id'), 1000)
from unnest(array['employee', 'customer', 'invoice']) name;

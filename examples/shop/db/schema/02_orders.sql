-- Who buys, what is ordered, what was paid.

create type order_status as enum ('open', 'paid', 'shipped', 'cancelled');

create table customer (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  name text not null,
  newsletter boolean not null default false
);

create sequence order_number start 1001;

create table shop_order (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default 'O-' || nextval('order_number'),
  customer_id uuid not null references customer,
  status order_status not null default 'open',
  note text,
  version int not null default 1
);

create table order_line (
  id int primary key generated always as identity,
  order_id uuid not null references shop_order on delete cascade,
  sku text not null references product,
  quantity int not null default 1 check (quantity > 0),
  price numeric(10, 2) not null default 0
);
create index on order_line (order_id);

create table payment (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references shop_order,
  amount numeric(10, 2) not null check (amount > 0),
  method text not null default 'card'
);
create index on payment (order_id);

-- A line costs what its product costs when it is ordered; clients do not say it.
create function take_price() returns trigger language plpgsql as $$
begin
  select p.price into new.price from product p where p.sku = new.sku and p.active;
  if not found then
    raise exception 'Product % is not for sale.', new.sku using errcode = '23514';
  end if;
  return new;
end $$;
create trigger take_price before insert on order_line for each row execute function take_price();

-- Orders with what they add up to.
create view v_order as
select o.id, o.number, o.customer_id, o.status, o.note, o.version,
  coalesce((select sum(l.quantity * l.price) from order_line l where l.order_id = o.id), 0) as total,
  coalesce((select sum(p.amount) from payment p where p.order_id = o.id), 0) as paid
from shop_order o;

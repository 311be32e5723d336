-- What is sold, and how much of it is there.

create table product (
  sku text primary key,
  name text not null,
  description text,
  price numeric(10, 2) not null check (price >= 0),
  tags text[] not null default '{}',
  active boolean not null default true
);

create table stock (
  sku text primary key references product,
  quantity int not null default 0,
  shelf text,
  version int not null default 1,
  constraint stock_not_negative check (quantity >= 0)
);
comment on constraint stock_not_negative on stock is 'There is not enough of it.';

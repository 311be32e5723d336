create table tb_place (
  id        int primary key,
  name      text not null,
  latitude  float8 not null,
  longitude float8 not null
);

insert into tb_place values
  (1, 'Lisbon', 38.7223, -9.1393),
  (2, 'Tallinn', 59.4370, 24.7536),
  (3, 'Reykjavík', 64.1466, -21.9426);

insert into product (sku, name, price, tags) values
  ('MUG-1', 'Mug, blue', 9.50, '{kitchen}'),
  ('MUG-2', 'Mug, green', 9.50, '{kitchen}'),
  ('TEA-1', 'Green tea, 100 g', 6.00, '{tea}'),
  ('TEA-2', 'Black tea, 100 g', 5.20, '{tea}'),
  ('POT-1', 'Teapot', 32.00, '{kitchen,tea}');
insert into product (sku, name, price, active) values ('OLD-1', 'Tea cosy', 12.00, false);

insert into stock (sku, quantity, shelf) values
  ('MUG-1', 40, 'A1'), ('MUG-2', 3, 'A1'), ('TEA-1', 120, 'B2'), ('TEA-2', 80, 'B2'), ('POT-1', 7, 'C1');

insert into customer (id, email, name) values
  ('00000000-0000-4000-8000-000000000001', 'ines@shop.example', 'Ines Duarte'),
  ('00000000-0000-4000-8000-000000000002', 'tomasz@shop.example', 'Tomasz Wilk');

insert into shop_order (id, number, customer_id) values
  ('00000000-0000-4000-8000-00000000000a', 'O-1000', '00000000-0000-4000-8000-000000000001');
insert into order_line (order_id, sku, quantity) values
  ('00000000-0000-4000-8000-00000000000a', 'TEA-1', 2), ('00000000-0000-4000-8000-00000000000a', 'POT-1', 1);

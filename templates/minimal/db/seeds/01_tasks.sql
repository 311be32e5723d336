insert into tb_task (id, title, created_at) values
  ('5b5d1a9e-0001-4a00-8000-000000000001', 'Start the server', '2024-01-01 09:00+00'),
  ('5b5d1a9e-0001-4a00-8000-000000000002', 'Ask for the tasks', '2024-01-01 09:05+00'),
  ('5b5d1a9e-0001-4a00-8000-000000000003', 'Write a type of your own', '2024-01-01 09:10+00');

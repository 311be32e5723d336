insert into tb_tag (id, identifier, name, description) values
('40000000-0000-4000-8000-000000000001', 'baking', 'Baking', 'Flour, water, salt and patience.'),
('40000000-0000-4000-8000-000000000002', 'astronomy', 'Astronomy', 'Everything above the roof.'),
('40000000-0000-4000-8000-000000000003', 'cycling', 'Cycling', 'Slowly, but further.'),
('40000000-0000-4000-8000-000000000004', 'gardening', 'Gardening', 'What grows, and what eats it.'),
('40000000-0000-4000-8000-000000000005', 'postgresql', 'PostgreSQL', 'The elephant in the room.'),
('40000000-0000-4000-8000-000000000006', 'travel', 'Travel', null),
('40000000-0000-4000-8000-000000000007', 'how-to', 'How-to', 'Step by step.'),
('40000000-0000-4000-8000-000000000008', 'music', 'Music', null);

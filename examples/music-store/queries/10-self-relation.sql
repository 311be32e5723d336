select json_build_object('data', json_build_object(
  'employee', (
    select json_build_object('lastName', e.last_name, 'manager', null, 'team', (
      select json_agg(json_build_object('lastName', f.last_name, 'title', f.title, 'team', (
        select coalesce(json_agg(json_build_object('lastName', g.last_name, 'hiredOn', g.hired_on)
                                 order by g.id), '[]')
        from employee g where g.reports_to = f.id)) order by f.id)
      from employee f where f.reports_to = e.id))
    from employee e where e.id = 1),
  'agent', (
    select json_build_object('firstName', e.first_name, 'born', e.birth_date, 'manager',
      json_build_object('firstName', f.first_name, 'manager',
        json_build_object('firstName', g.first_name)))
    from employee e
    join employee f on f.id = e.reports_to
    join employee g on g.id = f.reports_to
    where e.id = 6)));

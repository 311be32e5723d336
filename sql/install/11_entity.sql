-- The row of an entity as a document, for mutation functions that return its id alone. Volatile, so
-- that it sees what the function has just done; it runs with the caller's rights and policies.
create or replace function fraiseql.entity_of(source regclass, id text, id_type text, document text)
returns jsonb language plpgsql volatile as $$
declare
    found jsonb;
begin
    execute format('select to_jsonb(t.*) from %s t where t.id = $1::%s', source, id_type::regtype)
    into found using id;
    return case when document is null then found
                else (found - document) || case jsonb_typeof(found -> document)
                    when 'object' then found -> document else '{}' end end;
end
$$;
comment on function fraiseql.entity_of is 'Reads the entity of a mutation that returned its id alone.';

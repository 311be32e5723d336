-- Paying an order takes steps that are transactions of their own: a saga. When the card is refused, or a shelf is empty, the
-- steps before are undone and the order is cancelled.

create function begin_checkout(data jsonb) returns void language plpgsql as $$
begin
  update shop_order set version = version + 1 where id = (data->>'order_id')::uuid and status = 'open';
  if not found then
    raise exception 'The order is not open.' using errcode = 'P0001';
  end if;
end $$;

create function cancel_order(data jsonb) returns void language sql as
$$ update shop_order set status = 'cancelled', version = version + 1 where id = (data->>'order_id')::uuid $$;

create function reserve_stock(data jsonb) returns void language sql as $$
  update stock s set quantity = s.quantity - l.quantity, version = s.version + 1
  from (select sku, sum(quantity)::int as quantity from order_line
        where order_id = (data->>'order_id')::uuid group by sku) l
  where s.sku = l.sku
$$;

create function release_stock(data jsonb) returns void language sql as $$
  update stock s set quantity = s.quantity + l.quantity, version = s.version + 1
  from (select sku, sum(quantity)::int as quantity from order_line
        where order_id = (data->>'order_id')::uuid group by sku) l
  where s.sku = l.sku
$$;

-- Where a card's issuer would be asked. A card that ends in 0000 is refused.
create function take_payment(data jsonb) returns jsonb language plpgsql as $$
declare
  new_id uuid;
begin
  if data->>'card' like '%0000' then
    raise exception 'The card was refused.' using errcode = 'P0001';
  end if;
  insert into payment (order_id, amount)
  select id, total - paid from v_order where id = (data->>'order_id')::uuid
  returning id into new_id;
  return jsonb_build_object('payment_id', new_id);
end $$;

create function refund_payment(data jsonb) returns void language sql as
$$ delete from payment where id = (data->>'payment_id')::uuid $$;

create function confirm_order(data jsonb) returns void language sql as
$$ update shop_order set status = 'paid', version = version + 1 where id = (data->>'order_id')::uuid $$;

create function checkout(number text, card text) returns setof v_order language plpgsql as $$
#variable_conflict use_variable
begin
  perform fraiseql.saga_begin('checkout', '[
      {"forward": "public.begin_checkout", "compensate": "public.cancel_order", "attempts": 1},
      {"forward": "public.reserve_stock", "compensate": "public.release_stock", "attempts": 1},
      {"forward": "public.take_payment", "compensate": "public.refund_payment", "attempts": 1},
      {"forward": "public.confirm_order"}
    ]', jsonb_build_object('order_id', o.id, 'card', card))
  from shop_order o where o.number = number;
  return query select * from v_order o where o.number = number;
end $$;

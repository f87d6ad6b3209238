-- The price of each use: the first that fits of the first tariff that has one.
SELECT DISTINCT ON (used.n)
       used.n, has.subscription_id, has.tariff_id, price.price_no, price.charge_group,
       price.currency, price.step, price.minimum, price.provider_share, price.above,
       price.amounts, price.pers
FROM rating_placed AS used
JOIN rating_has AS has
  ON has.subscriber_id = used.subscriber_id
 AND used.started_at >= has.valid_from AND used.started_at < has.valid_to
JOIN rating_price AS price
  ON price.tariff_id = has.tariff_id AND price.usage = used.usage
 AND price.zone = used.zone AND price.roaming = used.roaming
 AND billing_in_band(used.minute, used.weekday, price.opens, price.closes, price.days)
WHERE used.kind <> 'undone' AND used.quantity > 0
ORDER BY used.n, has.rank, price.price_no

-- Which price holds for whoever has a profile, by kind of use, place and slot of the week: the
-- first that fits of the first tariff that has one.
SELECT DISTINCT ON (profile.profile, price.usage, price.zone, price.roaming, slot.number)
       profile.profile, price.usage, price.zone, price.roaming, slot.number::int AS slot,
       price.id AS price_id, had.place AS subscription_at
FROM (SELECT DISTINCT ON (profile) profile, bought FROM rating_profile) AS profile
CROSS JOIN LATERAL unnest(profile.bought) WITH ORDINALITY AS had (bought, place)
JOIN rating_sold AS sold ON sold.bought = had.bought
JOIN rating_price AS price ON price.tariff_id = sold.tariff_id
CROSS JOIN rating_slot AS week
CROSS JOIN LATERAL unnest(week.minutes) WITH ORDINALITY AS slot (minute, number)
WHERE billing_in_band(
    mod(slot.minute, 1440), slot.minute / 1440, price.opens, price.closes, price.days)
ORDER BY profile.profile, price.usage, price.zone, price.roaming, slot.number,
         had.place, sold.position, price.price_no

-- What a subscriber's usage costs in a cycle is the sum of its rated events; what is paid of it
-- already is what was charged for it at once.
SELECT 'subscriber ' || subscriber_id || ' cycle ' || cycle_id || ' ' || charge_group AS name,
       ARRAY[sum(kept), sum(kept_provider), sum(kept_paid)] AS kept,
       ARRAY[sum(reckoned), sum(reckoned_provider), sum(reckoned_paid)] AS reckoned
FROM (
    SELECT subscriber_id, cycle_id, tariff_id, subscription_id, charge_group, amount AS kept,
           provider_amount AS kept_provider, paid AS kept_paid, 0 AS reckoned,
           0 AS reckoned_provider, 0 AS reckoned_paid
    FROM billing_usagecharge
    UNION ALL
    SELECT e.subscriber_id, e.charge_cycle_id, e.tariff_id, e.subscription_id,
           coalesce(t.charge_group, u.usage), 0, 0, 0, sum(e.charge),
           coalesce(sum(e.provider_charge), 0), 0
    FROM billing_ratedevent AS e
    LEFT JOIN billing_billingtariff AS t ON t.id = e.tariff_id
    LEFT JOIN billing_usagerecord AS u ON u.id = e.usage_id AND e.tariff_id IS NULL
    GROUP BY e.subscriber_id, e.charge_cycle_id, e.tariff_id, e.subscription_id,
             coalesce(t.charge_group, u.usage)
    UNION ALL
    SELECT e.subscriber_id, e.charge_cycle_id, e.tariff_id, e.subscription_id,
           coalesce(t.charge_group, u.usage), 0, 0, 0, 0, 0, sum(c.price)
    FROM billing_balancecharge AS c
    JOIN billing_ratedevent AS e ON e.usage_id = c.usage_id AND e.revision = 0
    LEFT JOIN billing_billingtariff AS t ON t.id = e.tariff_id
    LEFT JOIN billing_usagerecord AS u ON u.id = e.usage_id AND e.tariff_id IS NULL
    GROUP BY e.subscriber_id, e.charge_cycle_id, e.tariff_id, e.subscription_id,
             coalesce(t.charge_group, u.usage)
) AS all_sides
GROUP BY subscriber_id, cycle_id, tariff_id, subscription_id, charge_group

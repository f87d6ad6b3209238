-- What usage cost in a billed cycle stands on bills, all of it and once.
SELECT 'subscriber ' || both_sides.subscriber_id || ' cycle ' || both_sides.cycle_id
           || ' ' || both_sides.charge_group AS name,
       ARRAY[sum(both_sides.kept)] AS kept, ARRAY[sum(both_sides.reckoned)] AS reckoned
FROM (
    SELECT u.subscriber_id, u.cycle_id, u.tariff_id, u.subscription_id, u.charge_group,
           u.amount AS kept, 0 AS reckoned
    FROM billing_usagecharge AS u
    JOIN billing_billingcycle AS c ON c.id = u.cycle_id AND c.state = 'billed'
    UNION ALL
    SELECT l.subscriber_id, b.cycle_id, l.tariff_id, l.subscription_id, l.charge_group, 0,
           sum(l.exact)
    FROM billing_billline AS l
    JOIN billing_bill AS b ON b.id = l.bill_id AND b.state = 'issued'
    JOIN billing_billingcycle AS c ON c.id = b.cycle_id AND c.state = 'billed'
    WHERE l.kind = 'usage'
    GROUP BY l.subscriber_id, b.cycle_id, l.tariff_id, l.subscription_id, l.charge_group
) AS both_sides
WHERE NOT EXISTS (  -- a payer of a part whose bills are of another day has them with its own cycle
    SELECT FROM billing_paymentrelation AS r
    JOIN billing_billingaccount AS a ON a.id = r.account_id
    JOIN billing_billingcycle AS c ON c.id = both_sides.cycle_id
    WHERE r.subscriber_id = both_sides.subscriber_id AND a.billing_day <> c.billing_day)
GROUP BY both_sides.subscriber_id, both_sides.cycle_id, both_sides.tariff_id,
         both_sides.subscription_id, both_sides.charge_group

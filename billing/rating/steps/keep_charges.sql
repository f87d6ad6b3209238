-- What it adds to the charges of the cycle.
INSERT INTO billing_usagecharge AS held (
    subscriber_id, cycle_id, tariff_id, subscription_id, charge_group, events, quantity,
    free_quantity, charged_quantity, amount, paid, provider_amount
)
SELECT subscriber_id, charge_cycle_id, tariff_id, subscription_id, charge_group,
       sum(more_events), sum(more_quantity), sum(more_free), sum(more_charged), sum(charge),
       CASE WHEN %(paid)s THEN sum(charge) ELSE 0 END, coalesce(sum(provider_charge), 0)
FROM rating_entry
WHERE more_quantity <> 0 OR charge <> 0 OR more_free <> 0
GROUP BY subscriber_id, charge_cycle_id, tariff_id, subscription_id, charge_group
ORDER BY subscriber_id
ON CONFLICT (subscriber_id, cycle_id, tariff_id, subscription_id, charge_group) DO UPDATE
SET events = held.events + excluded.events, quantity = held.quantity + excluded.quantity,
    free_quantity = held.free_quantity + excluded.free_quantity,
    charged_quantity = held.charged_quantity + excluded.charged_quantity,
    amount = held.amount + excluded.amount, paid = held.paid + excluded.paid,
    provider_amount = held.provider_amount + excluded.provider_amount

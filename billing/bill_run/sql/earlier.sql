-- What the bills before have charged already of fees of the cycles that this bill reckons.
CREATE TEMP TABLE earlier_bill ON COMMIT DROP AS
SELECT b.id AS bill_id, b.bill_no, b.account_id, b.due_on, b.receivable, b.open_amount,
       k.ends_on AS cycle_ends_on
FROM (SELECT account_id, max(days) AS days
      FROM (SELECT account_id, greatest(due_days + 2, 62) AS days FROM scope
            UNION ALL SELECT account_id, 62 FROM payer
            UNION ALL SELECT r.account_id, 62
            FROM payer p JOIN billing_paymentrelation r ON r.subscriber_id = p.subscriber_id
            WHERE r.charge_group <> '*') AS concerned
      GROUP BY account_id) AS a
JOIN billing_bill b ON b.account_id = a.account_id AND b.state = 'issued'
 AND b.issued_at >= %(starts_at)s - a.days * interval '1 day' AND b.cycle_id <> %(cycle_id)s
JOIN billing_billingcycle k ON k.id = b.cycle_id;
CREATE INDEX ON earlier_bill (bill_id);
ANALYZE earlier_bill;

CREATE TEMP TABLE billed ON COMMIT DROP AS
SELECT coalesce((l.detail->>'payer')::bigint, b.account_id) AS payer_id, l.subscriber_id,
       l.subscription_id, l.tariff_id, (l.covers_from AT TIME ZONE %(zone)s)::date AS covers_on,
       l.exact, b.cycle_ends_on
FROM earlier_bill b
JOIN billing_billline l ON l.bill_id = b.bill_id
WHERE l.kind IN ('recurring', 'one_off', 'penalty', 'correction')
  AND l.covers_from >= %(reach_at)s AND l.subscription_id IS NOT NULL;
ANALYZE billed;

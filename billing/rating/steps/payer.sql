-- Since when and until when a subscriber's default payer had which billing day. The first one
-- stands for the time before it, the last one for the time after.
SELECT relation.subscriber_id, account.billing_day,
       CASE WHEN lag(relation.id) OVER one_after_another IS NULL THEN '-infinity'
            ELSE relation.valid_from END AS valid_from,
       lead(relation.valid_from, 1, 'infinity') OVER one_after_another AS valid_to
FROM billing_paymentrelation AS relation
JOIN billing_billingaccount AS account ON account.id = relation.account_id
WHERE relation.charge_group = '*'
  AND relation.subscriber_id IN (SELECT subscriber_id FROM rating_whose)
  AND (relation.valid_to IS NULL OR relation.valid_to > relation.valid_from)
WINDOW one_after_another AS (PARTITION BY relation.subscriber_id ORDER BY relation.valid_from)

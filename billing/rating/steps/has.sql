-- The tariff versions that subscriptions bring, for as long as they are in effect, in the order in
-- which they are asked for a price: add-ons first, then the newer subscription.
SELECT whose.stream, subscription.subscriber_id, subscription.id AS subscription_id,
       tariff.id AS tariff_id, subscription.valid_from,
       coalesce(subscription.valid_to, 'infinity') AS valid_to,
       row_number() OVER (
           PARTITION BY subscription.subscriber_id
           ORDER BY (offering.kind IS DISTINCT FROM 'addon'), subscription.valid_from DESC,
                    subscription.id DESC, bought.position
       ) AS rank
FROM rating_whose AS whose
JOIN rating_span AS span ON span.stream = whose.stream
JOIN billing_billingsubscription AS subscription
  ON subscription.subscriber_id = whose.subscriber_id
 AND subscription.status NOT IN ('created', 'pendingActive', 'aborted')
 AND subscription.valid_from <= span.latest
 AND (subscription.valid_to IS NULL OR subscription.valid_to > span.earliest)
CROSS JOIN LATERAL jsonb_array_elements(subscription.tariffs)
           WITH ORDINALITY AS bought (version, position)
JOIN billing_billingtariff AS tariff
  ON tariff.code = bought.version ->> 'code'
 AND tariff.version = (bought.version ->> 'version')::int
LEFT JOIN billing_billingoffering AS offering ON offering.code = subscription.offering_code

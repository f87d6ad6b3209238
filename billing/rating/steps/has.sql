-- The subscriptions of those subscribers while there is usage, for as long as each is in effect,
-- beside that usage's kinds and times; ``bought`` numbers the different lists of tariff versions.
-- ``main`` is the main product's.
SELECT whose.stream, subscription.subscriber_id, subscription.id AS subscription_id,
       subscription.valid_from, coalesce(subscription.valid_to, 'infinity') AS valid_to,
       offering.kind IS DISTINCT FROM 'addon' AS main, subscription.tariffs,
       dense_rank() OVER (ORDER BY subscription.tariffs)::int AS bought,
       span.earliest, span.latest, span.usages
FROM rating_whose AS whose
JOIN rating_span AS span ON span.stream = whose.stream
JOIN billing_billingsubscription AS subscription
  ON subscription.subscriber_id = whose.subscriber_id
 AND subscription.status NOT IN ('created', 'pendingActive', 'aborted')
 AND subscription.valid_from <= span.latest
 AND (subscription.valid_to IS NULL OR subscription.valid_to > span.earliest)
LEFT JOIN billing_billingoffering AS offering ON offering.code = subscription.offering_code

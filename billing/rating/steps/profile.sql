-- What each subscriber had from when to when, in the order in which it is asked for a price:
-- add-ons first, then the newer subscription. Those who had the same have the same ``profile``.
WITH edge AS (
    SELECT subscriber_id, valid_from AS at FROM rating_has
    UNION
    SELECT subscriber_id, valid_to FROM rating_has
), stretch AS (
    SELECT subscriber_id, at AS valid_from,
           lead(at) OVER (PARTITION BY subscriber_id ORDER BY at) AS valid_to
    FROM edge
)
SELECT held.*, dense_rank() OVER (ORDER BY held.bought)::int AS profile
FROM (
    SELECT stretch.subscriber_id, stretch.valid_from, stretch.valid_to,
           array_agg(has.subscription_id ORDER BY
                     has.main, has.valid_from DESC, has.subscription_id DESC) AS subscriptions,
           array_agg(has.bought ORDER BY
                     has.main, has.valid_from DESC, has.subscription_id DESC) AS bought
    FROM stretch
    JOIN rating_has AS has
      ON has.subscriber_id = stretch.subscriber_id
     AND has.valid_from <= stretch.valid_from AND has.valid_to >= stretch.valid_to
    WHERE stretch.valid_to IS NOT NULL
    GROUP BY stretch.subscriber_id, stretch.valid_from, stretch.valid_to
) AS held

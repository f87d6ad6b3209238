-- Buckets that begin with the usage: of what is free while there is usage, those that nothing was
-- taken from yet. In the first cycle some are given by the day, rounded down; what is kept serves
-- later cycles, too. Whose usage only asks what it would cost gets no lasting number.
SELECT CASE WHEN %(keep)s THEN nextval('billing_allowancebucket_id_seq')
            ELSE -row_number() OVER () END AS id,
       coalesce(CASE WHEN given.shared THEN
           (SELECT -member.group_id FROM billing_groupmember AS member
            WHERE member.is_owner AND member.subscriber_id = given.subscriber_id
              AND member.valid_from < given.ends_at
              AND (member.valid_to IS NULL OR member.valid_to > given.bought_at)
            ORDER BY member.valid_from DESC LIMIT 1) END, given.subscriber_id) AS pool_id,
       given.subscription_id, given.tariff_id, given.item_no, given.usage,
       given.starts_at AS cycle_starts_at, given.valid_from, given.valid_to, given.quantity
FROM (
    SELECT has.subscriber_id, has.subscription_id, has.valid_from AS bought_at, has.earliest,
           has.latest, month.tariff_id, month.item_no, month.usage, month.shared,
           month.starts_at, month.ends_at, greatest(month.starts_at, has.valid_from) AS valid_from,
           CASE WHEN month.lasts_days IS NULL THEN month.kept_until
                ELSE (greatest(month.starts_at, has.valid_from) AT TIME ZONE %(zone)s
                      + make_interval(days => month.lasts_days)) AT TIME ZONE %(zone)s
           END AS valid_to,
           CASE WHEN month.by_day AND has.valid_from > month.starts_at
                THEN div(month.quantity::numeric
                         * (month.ends_on - (has.valid_from AT TIME ZONE %(zone)s)::date),
                         month.ends_on - month.starts_on)::bigint
                ELSE month.quantity END AS quantity
    FROM rating_has AS has
    JOIN rating_month AS month
      ON month.bought = has.bought AND month.usage = ANY(has.usages)
     AND month.starts_at < has.valid_to AND month.ends_at > has.valid_from
    WHERE EXISTS (
        SELECT FROM rating_payer AS payer
        WHERE payer.subscriber_id = has.subscriber_id AND payer.billing_day = month.billing_day
          AND payer.valid_from < month.ends_at AND payer.valid_to > month.starts_at
          AND (NOT month.once
               OR has.valid_from >= month.starts_at AND has.valid_from < month.ends_at
                  AND has.valid_from >= payer.valid_from AND has.valid_from < payer.valid_to)
    ) AND NOT EXISTS (
        SELECT FROM rating_held AS held
        WHERE held.subscription_id = has.subscription_id AND held.tariff_id = month.tariff_id
          AND held.item_no = month.item_no AND held.cycle_starts_at = month.starts_at
    )
) AS given
WHERE given.quantity > 0 AND given.valid_from <= given.latest AND given.valid_to > given.earliest

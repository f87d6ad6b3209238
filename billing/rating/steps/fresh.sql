-- Buckets that begin with the usage: of what is free in the cycles it touches, those that nothing
-- was taken from yet. In the first cycle some are given by the day, rounded down; what is kept
-- serves later cycles, too. Whose usage only asks what it would cost gets no lasting number.
SELECT CASE WHEN %(keep)s
            THEN nextval(pg_get_serial_sequence('billing_allowancebucket', 'id'))
            ELSE -row_number() OVER () END AS id,
       coalesce(
           (SELECT -member.group_id FROM billing_groupmember AS member
            WHERE item.shared AND member.is_owner AND member.subscriber_id = has.subscriber_id
              AND member.valid_from < cycle.ends_at
              AND (member.valid_to IS NULL OR member.valid_to > has.valid_from)
            ORDER BY member.valid_from DESC LIMIT 1), has.subscriber_id) AS pool_id,
       has.subscription_id, sold.tariff_id, item.item_no, item.usage,
       cycle.starts_at AS cycle_starts_at, begins.at AS valid_from,
       CASE WHEN item.lasts_days IS NULL THEN cycle.kept_until
            ELSE (begins.at AT TIME ZONE %(zone)s + make_interval(days => item.lasts_days))
                 AT TIME ZONE %(zone)s END AS valid_to,
       given.quantity
FROM rating_span AS span
JOIN rating_has AS has ON has.stream = span.stream
JOIN rating_sold AS sold ON sold.bought = has.bought
JOIN rating_item AS item ON item.tariff_id = sold.tariff_id
JOIN rating_payer AS payer
  ON payer.subscriber_id = has.subscriber_id
 AND payer.valid_from <= CASE WHEN item.once THEN has.valid_from ELSE span.latest END
 AND payer.valid_to > CASE WHEN item.once THEN has.valid_from ELSE span.earliest END
CROSS JOIN LATERAL (
    SELECT starts AT TIME ZONE %(zone)s AS starts_at,
           (starts + interval '1 month') AT TIME ZONE %(zone)s AS ends_at,
           (starts + make_interval(months => 1 + item.kept_cycles)) AT TIME ZONE %(zone)s
               AS kept_until,
           starts::date AS starts_on, (starts + interval '1 month')::date AS ends_on
    FROM generate_series(
        billing_month_of(payer.billing_day,
            CASE WHEN item.once THEN has.valid_from
                 ELSE greatest(span.earliest, payer.valid_from) END AT TIME ZONE %(zone)s)
            - make_interval(months => item.kept_cycles),
        billing_month_of(payer.billing_day,
            CASE WHEN item.once THEN has.valid_from
                 ELSE least(span.latest, payer.valid_to - interval '1 us') END
            AT TIME ZONE %(zone)s),
        interval '1 month') AS starts
) AS cycle
CROSS JOIN LATERAL (SELECT greatest(cycle.starts_at, has.valid_from) AS at) AS begins
CROSS JOIN LATERAL (
    SELECT CASE WHEN item.by_day AND has.valid_from > cycle.starts_at
                THEN div(item.quantity::numeric
                         * (cycle.ends_on - (has.valid_from AT TIME ZONE %(zone)s)::date),
                         cycle.ends_on - cycle.starts_on)::bigint
                ELSE item.quantity END AS quantity
) AS given
WHERE has.valid_from < cycle.ends_at AND has.valid_to > cycle.starts_at AND given.quantity > 0
  AND NOT EXISTS (
      SELECT FROM billing_allowancebucket AS held
      WHERE held.subscription_id = has.subscription_id AND held.tariff_id = sold.tariff_id
        AND held.item_no = item.item_no AND held.cycle_starts_at = cycle.starts_at)

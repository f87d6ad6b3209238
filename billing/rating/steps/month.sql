-- What those who bought the same are given for nothing, and in which months by billing day: those
-- of the usage, and before them as many as it is kept for.
SELECT sold.bought, day.billing_day, item.tariff_id, item.item_no, item.usage, item.quantity,
       item.by_day, item.shared, item.once, item.lasts_days,
       month.starts AT TIME ZONE %(zone)s AS starts_at,
       (month.starts + interval '1 month') AT TIME ZONE %(zone)s AS ends_at,
       (month.starts + make_interval(months => 1 + item.kept_cycles)) AT TIME ZONE %(zone)s
           AS kept_until,
       month.starts::date AS starts_on, (month.starts + interval '1 month')::date AS ends_on
FROM rating_sold AS sold
JOIN rating_item AS item ON item.tariff_id = sold.tariff_id
CROSS JOIN (SELECT DISTINCT billing_day FROM rating_payer) AS day
CROSS JOIN (SELECT min(earliest) AS earliest, max(latest) AS latest FROM rating_span) AS used
CROSS JOIN LATERAL generate_series(
    billing_month_of(day.billing_day, used.earliest AT TIME ZONE %(zone)s)
        - make_interval(months => item.kept_cycles + coalesce((item.lasts_days + 27) / 28, 0)),
    billing_month_of(day.billing_day, used.latest AT TIME ZONE %(zone)s),
    interval '1 month') AS month (starts)

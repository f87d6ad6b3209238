-- What the subscribers have of accounting tariffs, and who pays for it when; whether something of
-- it began or ended in the cycle before, whose bill may have come too early to know. What was had
-- for a part of one day only costs what is charged once.
CREATE TEMP TABLE holding ON COMMIT DROP AS
SELECT p.account_id AS payer_id, p.prepaid, p.subscriber_id, s.id AS subscription_id,
       t.tariff_id, t.charge,
       d.from_on, d.until_on, p.from_on AS pays_from, p.until_on AS pays_until,
       p.before_on, p.starts_on, p.ends_on, p.next_on,
       p.before_billed,
       p.before_billed AND (
           (d.from_on >= p.before_on AND d.from_on < p.starts_on)
           OR (d.until_on >= p.before_on AND d.until_on <= p.starts_on)
           OR (p.from_on > p.before_on AND p.from_on < p.starts_on)
           OR (p.until_on >= p.before_on AND p.until_on <= p.starts_on)) AS look_back
FROM payer p
JOIN billing_billingsubscription s ON s.subscriber_id = p.subscriber_id
CROSS JOIN LATERAL (SELECT (s.valid_from AT TIME ZONE %(zone)s)::date AS from_on,
       coalesce((s.valid_to AT TIME ZONE %(zone)s)::date, 'infinity') AS until_on) AS d
CROSS JOIN LATERAL jsonb_array_elements(s.tariffs) AS bought
JOIN price t ON t.code = bought->>'code' AND t.version = (bought->>'version')::int
WHERE s.status NOT IN ('created', 'cancelled', 'aborted')
  AND d.from_on <= p.ends_on AND d.until_on >= p.before_on
  AND (d.from_on < d.until_on OR t.charge = 'one_off' AND s.valid_from < s.valid_to);
ANALYZE holding;

-- The days for which a hold fee takes the place of the fee.
CREATE TEMP TABLE suspended ON COMMIT DROP AS
SELECT h.subscriber_id, h.from_on, h.until_on
FROM (SELECT sp.subscriber_id, (sp.valid_from AT TIME ZONE %(zone)s)::date AS from_on,
             coalesce((sp.valid_to AT TIME ZONE %(zone)s)::date, 'infinity') AS until_on
      FROM billing_statusperiod sp
      WHERE sp.subscriber_id IN (SELECT subscriber_id FROM payer)
        AND 'voluntary' = ANY (sp.reasons)
        AND (sp.valid_to IS NULL OR sp.valid_to > %(reach_at)s)) AS h
WHERE h.from_on < h.until_on;
CREATE INDEX ON suspended (subscriber_id);
ANALYZE suspended;
UPDATE holding h SET look_back = true
FROM suspended s
WHERE s.subscriber_id = h.subscriber_id AND h.before_billed AND NOT h.look_back
  AND ((s.from_on >= h.before_on AND s.from_on < h.starts_on)
       OR (s.until_on >= h.before_on AND s.until_on <= h.starts_on));

-- Recurring fees, one-off fees and penalties: what is due by now for the cycle that is over, for
-- the next where a fee is charged in advance, and for the one before where something of it became
-- known late; less what earlier bills have charged of it. The difference is what this bill says.
-- A prepaid account has paid its fees in advance when the cycle began: its bill says that cycle's.
CREATE TEMP TABLE due ON COMMIT DROP AS
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, k.first_on AS cycle_on,
       part.from_on, part.until_on, part.until_on - part.from_on AS days, held.days AS held,
       k.end_on - k.first_on AS of_days,
       round((t.amount * (part.until_on - part.from_on - held.days)
              + coalesce(t.hold_fee, 0) * held.days) / (k.end_on - k.first_on), 6) AS exact
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (VALUES (h.starts_on, h.ends_on, true),
                           (h.ends_on, h.next_on, t.in_advance AND NOT h.prepaid),
                           (h.before_on, h.starts_on, h.look_back)) AS k (first_on, end_on, wanted)
CROSS JOIN LATERAL (
    SELECT greatest(h.pays_from, CASE WHEN h.from_on <= k.first_on THEN k.first_on
               WHEN t.first = 'by_day' THEN h.from_on
               WHEN t.first = 'full' THEN k.first_on ELSE k.end_on END) AS from_on,
           least(h.pays_until, CASE WHEN h.until_on >= k.end_on THEN k.end_on
               WHEN t.last = 'by_day' THEN h.until_on
               WHEN t.last = 'full' THEN k.end_on ELSE k.first_on END) AS until_on) AS part
CROSS JOIN LATERAL (
    SELECT CASE WHEN t.hold_fee IS NULL THEN 0 ELSE (
        SELECT coalesce(sum(least(s.until_on, part.until_on)
                            - greatest(s.from_on, part.from_on)), 0)
        FROM suspended s
        WHERE s.subscriber_id = h.subscriber_id
          AND s.from_on < part.until_on AND s.until_on > part.from_on) END AS days) AS held
WHERE h.charge = 'recurring' AND k.wanted AND part.from_on < part.until_on
  AND h.from_on < k.end_on AND h.until_on > k.first_on;

-- A one-off fee is due in the cycle in which its subscription begins, from who pays that day.
INSERT INTO due
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, k.first_on,
       h.from_on, h.from_on, NULL, 0, NULL, t.amount
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (VALUES (h.starts_on, h.ends_on, true),
                           (h.before_on, h.starts_on, h.look_back)) AS k (first_on, end_on, wanted)
WHERE h.charge = 'one_off' AND k.wanted AND h.from_on >= k.first_on AND h.from_on < k.end_on
  AND h.from_on >= h.pays_from AND h.from_on < h.pays_until;

-- A penalty is due in the cycle in which its subscription ends before its term: the cycles that
-- ended while it lasted are served, the first part of one counts as one.
INSERT INTO due
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, k.first_on,
       h.until_on, h.until_on, served.cycles, 0, t.term_cycles,
       CASE WHEN t.declines
            THEN round(t.amount * (t.term_cycles - served.cycles) / t.term_cycles, 6)
            ELSE t.amount END
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (VALUES (h.starts_on, h.ends_on, true),
                           (h.before_on, h.starts_on, h.look_back)) AS k (first_on, end_on, wanted)
CROSS JOIN LATERAL (SELECT h.from_on - shift AS f, h.until_on - shift AS u
                    FROM (SELECT extract(day FROM h.starts_on)::int - 1 AS shift) AS s) AS m
CROSS JOIN LATERAL (SELECT ((extract(year FROM m.u) - extract(year FROM m.f)) * 12
                    + extract(month FROM m.u) - extract(month FROM m.f))::int AS cycles) AS served
WHERE h.charge = 'penalty' AND k.wanted AND h.until_on >= k.first_on AND h.until_on < k.end_on
  AND h.until_on > h.pays_from AND h.until_on <= h.pays_until
  AND served.cycles < t.term_cycles;
ANALYZE due;

CREATE TEMP TABLE item (
    account_id bigint, payer_id bigint, subscriber_id bigint, kind text, subscription_id bigint,
    tariff_id bigint, charge_group text, from_on date, until_on date, quantity bigint,
    exact numeric, paid numeric, provider numeric, detail jsonb,
    step int DEFAULT 0  -- of the rules, for their lines stand in that order
) ON COMMIT DROP;
INSERT INTO item
SELECT payer_id, payer_id, subscriber_id,
       CASE WHEN billed = 0 THEN t.charge ELSE 'correction' END, subscription_id, tariff_id,
       t.charge_group, from_on, until_on, NULL, due - billed, 0,
       round((due - billed) * t.provider_share / 100, 6),
       CASE WHEN billed <> 0 OR days <> of_days OR held > 0
            THEN jsonb_strip_nulls(jsonb_build_object(
                'days', days, 'of', of_days, 'held', nullif(held, 0),
                'due', CASE WHEN billed <> 0 THEN due::text END,
                'billed', CASE WHEN billed <> 0 THEN billed::text END)) END
FROM (
    SELECT payer_id, subscriber_id, subscription_id, tariff_id, cycle_on,
           coalesce(min(from_on), cycle_on) AS from_on,
           coalesce(max(until_on), cycle_on) AS until_on,
           sum(days) AS days, max(of_days) AS of_days, sum(held) AS held,
           sum(due) AS due, sum(billed) AS billed
    FROM (
        SELECT payer_id, subscriber_id, subscription_id, tariff_id, cycle_on, from_on, until_on,
               days, of_days, held, exact AS due, 0 AS billed
        FROM due
        UNION ALL
        SELECT b.payer_id, b.subscriber_id, b.subscription_id, b.tariff_id, k.cycle_on,
               NULL, NULL, NULL, NULL, NULL, 0, b.exact
        FROM billed b
        JOIN billing_billingaccount a ON a.id = b.payer_id
        JOIN calendar c USING (billing_day)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN b.covers_on >= c.ends_on THEN c.ends_on
                        WHEN b.covers_on >= c.starts_on THEN c.starts_on
                        WHEN b.covers_on >= c.before_on THEN c.before_on END AS cycle_on) AS k
        WHERE b.cycle_ends_on < c.ends_on  -- what this cycle's bills say is no bill before
          AND (k.cycle_on >= c.starts_on
               OR k.cycle_on = c.before_on AND (b.payer_id, b.subscription_id) IN (
                   SELECT payer_id, subscription_id FROM holding WHERE look_back))
    ) AS both_sides
    GROUP BY payer_id, subscriber_id, subscription_id, tariff_id, cycle_on
    HAVING sum(due) <> sum(billed)
) AS difference
JOIN price t USING (tariff_id);

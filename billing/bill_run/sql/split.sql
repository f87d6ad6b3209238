-- Payers of a part: by priority, each its share of what remains at most, by the days for which it
-- pays, up to its limit a bill; the default payer pays the rest.
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT p.account_id AS payer_id, p.subscriber_id, r.charge_group, r.account_id, r.priority,
       r.cap_amount, r.id AS relation_id, r.share_percent / 100 AS share,
       (r.valid_from AT TIME ZONE %(zone)s)::date AS from_on,
       coalesce((r.valid_to AT TIME ZONE %(zone)s)::date, 'infinity') AS until_on
FROM (SELECT DISTINCT account_id, subscriber_id FROM payer) AS p
JOIN billing_paymentrelation r ON r.subscriber_id = p.subscriber_id
WHERE r.charge_group <> '*' AND r.valid_from IS DISTINCT FROM r.valid_to
  AND (r.valid_to IS NULL OR r.valid_to > %(reach_at)s);
DELETE FROM part WHERE from_on >= until_on;
UPDATE part SET share = greatest(0, least(part.share, 1 - before.share))
FROM (SELECT p.payer_id, p.relation_id, sum(o.share) AS share
      FROM part p JOIN part o USING (payer_id, subscriber_id, charge_group)
      WHERE o.priority < p.priority AND o.from_on < p.until_on AND p.from_on < o.until_on
      GROUP BY p.payer_id, p.relation_id) AS before
WHERE part.payer_id = before.payer_id AND part.relation_id = before.relation_id;

CREATE TEMP TABLE divided ON COMMIT DROP AS
WITH whole AS (
    DELETE FROM item i
    USING (SELECT DISTINCT payer_id, subscriber_id, charge_group FROM part) AS p
    WHERE i.payer_id = p.payer_id AND i.subscriber_id = p.subscriber_id
      AND i.charge_group = p.charge_group
    RETURNING i.*
)
SELECT row_number() OVER () AS item_no, w.* FROM whole w;

CREATE TEMP TABLE portion ON COMMIT DROP AS
SELECT d.item_no, p.account_id, p.relation_id, p.cap_amount,
       p.share * CASE WHEN d.until_on > d.from_on
            THEN greatest(0, least(d.until_on, p.until_on) - greatest(d.from_on, p.from_on))::numeric
                 / (d.until_on - d.from_on)
            WHEN d.from_on >= p.from_on AND d.from_on < p.until_on THEN 1 ELSE 0 END AS fraction,
       d.payer_id, d.subscriber_id, d.charge_group, d.exact
FROM divided d JOIN part p USING (payer_id, subscriber_id, charge_group);
UPDATE portion SET fraction = fraction * limited.factor
FROM (SELECT relation_id, payer_id, max(cap_amount) / sum(exact * fraction) AS factor
      FROM portion WHERE cap_amount IS NOT NULL
      GROUP BY relation_id, payer_id
      HAVING sum(exact * fraction) > max(cap_amount)) AS limited
WHERE portion.relation_id = limited.relation_id AND portion.payer_id = limited.payer_id;
DELETE FROM portion WHERE fraction = 0;

INSERT INTO item
SELECT p.account_id, d.payer_id, d.subscriber_id, d.kind, d.subscription_id, d.tariff_id,
       d.charge_group, d.from_on, d.until_on, d.quantity, round(d.exact * p.fraction, 6),
       round(d.paid * p.fraction, 6), round(d.provider * p.fraction, 6),
       coalesce(d.detail, '{}') || jsonb_build_object(
           'payer', d.payer_id, 'share', round(p.fraction * 100, 6)::text, 'split', d.exact::text),
       d.step
FROM divided d JOIN portion p USING (item_no)
UNION ALL
SELECT d.payer_id, d.payer_id, d.subscriber_id, d.kind, d.subscription_id, d.tariff_id,
       d.charge_group, d.from_on, d.until_on, d.quantity, d.exact - coalesce(p.exact, 0),
       d.paid - coalesce(p.paid, 0), d.provider - coalesce(p.provider, 0),
       CASE WHEN p.exact IS NULL THEN d.detail
            ELSE coalesce(d.detail, '{}') || jsonb_build_object('split', d.exact::text) END,
       d.step
FROM divided d
LEFT JOIN (SELECT item_no, sum(round(d.exact * fraction, 6)) AS exact,
                  sum(round(paid * fraction, 6)) AS paid,
                  sum(round(provider * fraction, 6)) AS provider
           FROM portion JOIN divided d USING (item_no) GROUP BY item_no) AS p USING (item_no)
WHERE d.exact <> coalesce(p.exact, 0) OR d.exact = 0;
DELETE FROM item i WHERE NOT EXISTS (SELECT FROM scope s WHERE s.account_id = i.account_id);

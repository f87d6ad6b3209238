-- What accounting tariffs charge, as columns.
CREATE TEMP TABLE price ON COMMIT DROP AS
SELECT t.id AS tariff_id, t.code, t.version, t.charge_group, t.currency,
       t.rules->>'charge' AS charge, (t.rules->>'amount')::numeric AS amount,
       t.rules->>'when' = 'advance' AS in_advance,
       t.rules->'proration'->>'first' AS first, t.rules->'proration'->>'last' AS last,
       (t.rules->>'hold_fee')::numeric AS hold_fee,
       (t.rules->>'percent')::numeric AS percent,
       ARRAY(SELECT jsonb_array_elements_text(
           CASE WHEN jsonb_typeof(t.rules->'of') = 'array' THEN t.rules->'of' END)) AS of_groups,
       (t.rules->>'order')::int AS place, (t.rules->>'cycles')::int AS cycles,
       (t.rules->>'term_cycles')::int AS term_cycles,
       t.rules->>'declines' = 'linear' AS declines,
       (t.rules->>'provider_share')::numeric AS provider_share
FROM billing_billingtariff t
WHERE t.kind = 'accounting';
ANALYZE price;

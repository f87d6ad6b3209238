-- The tariff versions in each of those lists, in their order.
SELECT list.bought, one.position, tariff.id AS tariff_id
FROM (SELECT DISTINCT ON (bought) bought, tariffs FROM rating_has) AS list
CROSS JOIN LATERAL jsonb_array_elements(list.tariffs) WITH ORDINALITY AS one (version, position)
JOIN billing_billingtariff AS tariff
  ON tariff.code = one.version ->> 'code'
 AND tariff.version = (one.version ->> 'version')::int

-- An entry stands in the accounting period of its instant.
SELECT e.id || ' ' || e.kind || ' ' || e.source_kind || ':' || e.source_no AS name,
       ARRAY[e.posted_at] AS kept,
       CASE WHEN e.posted_at >= p.starts_at AND e.posted_at < p.ends_at THEN ARRAY[e.posted_at]
       END AS reckoned
FROM billing_journalentry AS e
LEFT JOIN billing_accountingperiod AS p ON p.id = e.period_id

-- A closed period is as it was when it was closed: what each ledger account moved, and how many
-- entries there were.
SELECT p.code || ' ' || coalesce(kept.ledger_id, found.ledger_id)
           || ' ' || coalesce(kept.currency, found.currency) AS name,
       ARRAY[coalesce(kept.debits, 0), coalesce(kept.credits, 0), coalesce(kept.postings, 0)]
           AS kept,
       ARRAY[coalesce(found.debits, 0), coalesce(found.credits, 0), coalesce(found.postings, 0)]
           AS reckoned
FROM (
    SELECT e.period_id, p.ledger_id, p.currency,
           coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0) AS debits,
           coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0) AS credits, count(*) AS postings
    FROM billing_posting AS p
    JOIN billing_journalentry AS e ON e.id = p.entry_id
    WHERE e.period_id IN (SELECT id FROM billing_accountingperiod WHERE state = 'closed')
    GROUP BY e.period_id, p.ledger_id, p.currency
) AS found
FULL JOIN billing_periodtotal AS kept
       ON kept.period_id = found.period_id AND kept.ledger_id = found.ledger_id
      AND kept.currency = found.currency
JOIN billing_accountingperiod AS p ON p.id = coalesce(kept.period_id, found.period_id)
UNION ALL
SELECT p.code, ARRAY[0, 0, p.entries]::numeric[], ARRAY[0, 0, count(e.id)]::numeric[]
FROM billing_accountingperiod AS p
LEFT JOIN billing_journalentry AS e ON e.period_id = p.id
WHERE p.state = 'closed'
GROUP BY p.id, p.code, p.entries

-- What no tariff prices waits, to be seen and tried again.
INSERT INTO billing_quarantinedrecord AS held (
    batch_id, line_no, usage_id, content, fields, reason, detail_zh, detail_en, state, attempts,
    put_at, ended_by, ended_why
)
SELECT used.batch_id, used.line_no, used.id, '', '{}', result.unrated,
       CASE result.unrated WHEN 'no_payer' THEN '没有默认付费账户'
            ELSE '没有资费为这一使用量定价' END,
       CASE result.unrated WHEN 'no_payer' THEN 'nobody pays for the subscriber'
            ELSE 'no tariff has a price for this use' END,
       'open', 0, %(at)s, '', ''
FROM rating_result AS result
JOIN billing_usagerecord AS used ON used.id = result.usage_id
WHERE result.unrated IS NOT NULL
ON CONFLICT (usage_id) WHERE usage_id IS NOT NULL AND state = 'open'
DO UPDATE SET attempts = least(held.attempts + 1, 30000), reason = excluded.reason,
    detail_zh = excluded.detail_zh, detail_en = excluded.detail_en

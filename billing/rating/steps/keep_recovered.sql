-- What had waited for a tariff and is priced now.
UPDATE billing_quarantinedrecord AS held SET state = 'recovered', ended_at = %(at)s
FROM rating_result AS result
WHERE held.usage_id = result.usage_id AND held.state = 'open' AND result.unrated IS NULL

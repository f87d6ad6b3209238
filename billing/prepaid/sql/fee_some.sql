-- Of all that the cycle's bill would charge by now: what is paid when it begins. Fees in arrears,
-- penalties, minimums and what concerns former cycles wait for the bill.
DELETE FROM item i USING price t
WHERE t.tariff_id = i.tariff_id
  AND NOT (i.from_on >= %(starts_on)s
           AND (i.kind = 'one_off' OR (i.kind = 'recurring' AND t.in_advance)));

-- What a price comes to: prices of some tax profiles are without the tax, an amount that somebody
-- names is with it. Of a reservation that is extended, what it holds already counts.
SELECT greatest(price + CASE WHEN gross THEN 0 ELSE tax END
                - (SELECT already FROM asked), 0) AS amount, tax
FROM (
    SELECT price, gross, CASE WHEN gross THEN round(price * rate / (100 + rate), 6)
                              ELSE round(price * rate / 100, 6) END AS tax
    FROM (
        SELECT %(price)s::numeric AS price, profile.inclusive OR %(with_tax)s::boolean AS gross,
               coalesce(profile.rates ->> %(charge_group)s::text, profile.rates ->> '*',
                        '0')::numeric AS rate
        FROM billing_billingaccount AS account
        JOIN billing_taxprofile AS profile ON profile.code = account.tax_profile
        WHERE account.id = (SELECT account_id FROM asked)
    ) AS priced
) AS taxed

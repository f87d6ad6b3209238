-- What a price comes to: prices of some tax profiles are without the tax, an amount that somebody
-- names is with it. Of a reservation that is extended, what it holds already counts.
SELECT n, greatest(price + CASE WHEN gross THEN 0 ELSE tax END - already, 0) AS amount, tax
FROM (
    SELECT n, price, gross, already, CASE WHEN gross THEN round(price * rate / (100 + rate), 6)
                                          ELSE round(price * rate / 100, 6) END AS tax
    FROM (
        SELECT asked.n, asked.price, asked.already, profile.inclusive OR asked.with_tax AS gross,
               coalesce(profile.rates ->> asked.charge_group, profile.rates ->> '*',
                        '0')::numeric AS rate
        FROM asked
        JOIN billing_billingaccount AS account ON account.id = asked.account_id
        JOIN billing_taxprofile AS profile ON profile.code = account.tax_profile
    ) AS priced
) AS taxed

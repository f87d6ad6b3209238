-- The relations of the chain, so that another may run in the same transaction.
DROP TABLE scope, refused, calendar, payer, price, holding, suspended, earlier_bill, billed, due,
    item, rule, part, divided, portion, prepaid, late, line, made;
DROP TABLE IF EXISTS credited;

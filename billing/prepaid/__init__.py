"""预付费: balances, and charging while a service is used."""

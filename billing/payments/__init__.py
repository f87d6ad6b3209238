"""缴费: money that comes in, and what it pays."""

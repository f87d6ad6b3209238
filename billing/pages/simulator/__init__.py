"""账单模拟: a release's prices tried on sample customers."""

"""账单模拟: a sample month on a draft product."""

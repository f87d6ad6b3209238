"""批价: what usage costs."""

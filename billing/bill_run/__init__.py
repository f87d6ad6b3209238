"""出账: making the bills of a cycle."""

"""Train: one network, or many at once."""

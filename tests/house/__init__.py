"""Rules about ourselves: what design and house rules promise, checked on the tree as it is."""

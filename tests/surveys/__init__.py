"""Opinion collection: what is told of it, and who answered what."""

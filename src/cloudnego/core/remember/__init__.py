"""What each event leaves in the state: one function an event, gathered by `evolve`. They copy and cannot fail."""

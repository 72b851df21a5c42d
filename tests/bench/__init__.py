"""The benches and the outside checks themselves: that they run, and that they can fail."""

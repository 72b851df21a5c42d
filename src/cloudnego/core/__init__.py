"""The negotiation itself: pure functions and frozen data. No I/O, no clock, no dice."""

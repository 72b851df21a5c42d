"""How people are told outside the program: what leaves the house, when, by which channel, and that it did."""

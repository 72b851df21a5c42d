"""Tables that people upload become entries of the registers: one mechanism for everything that comes in by the row."""

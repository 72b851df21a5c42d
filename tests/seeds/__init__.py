"""The demonstration district: what it is, that it is the same every time, and that it can be loaded."""

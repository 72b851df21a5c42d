"""Whole cases over HTTP against a server process of its own."""

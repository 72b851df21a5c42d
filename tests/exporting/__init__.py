"""Audit files as they are handed out: each audience has its streams, its tables and its files."""

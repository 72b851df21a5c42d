"""The append-only log: tables, leaves, the writer that judges, the reader, and what proves that nothing was lost."""

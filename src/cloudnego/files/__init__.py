"""Files: what people attach to a case, looked at in a process of its own, kept encrypted, marked when taken."""

"""The rules of the nine steps, one file each. They do not know one another; `procedure` knows their order."""

"""Handing a case out whole: whose audit file has what, and the tables, ballots and files beside the entries."""

"""What hundreds are asked on their phones: the token of a secret ballot, the list of its box, and the recount."""

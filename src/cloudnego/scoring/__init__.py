"""一评: the quality of one negotiation in points, worked out from what everybody in the case sees."""

"""The record that no one can bend: notes, proofs, keys, witnesses."""

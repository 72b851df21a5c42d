"""Long proofs of the guarantees; each run is appended to `claims/results.jsonl`."""

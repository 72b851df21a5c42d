"""The papers of a case: what is signed, filed, posted and kept, made of its facts and printed to PDF."""

"""Signatures: with the key on one's own device over the act, and with certificates in the PDF."""

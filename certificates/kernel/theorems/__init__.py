"""The theorems that a certificate can cite: one module a family, each theorem with its hypotheses.

To check a claim is to test that list; docs/theory.md states every theorem with the same one.
"""

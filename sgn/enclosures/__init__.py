"""Proofs by cutting a region: what a Jacobian can be on a box, and branch and bound over it."""

"""Metrics: weights per player, a matrix per player, one dense matrix."""

"""Bands of relative time scales that keep a margin (T4)."""

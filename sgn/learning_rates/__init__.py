"""Learning rates per player, constant (T17) or varying in time (T22)."""

"""Markov games: tensors, values and their derivatives, fields in logits, the game itself."""

"""The Jacobian of a game, derived again from its document."""

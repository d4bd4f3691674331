"""What is attacked: a game's Jacobian, its solution, its costs."""

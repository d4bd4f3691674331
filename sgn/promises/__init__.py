"""What follows from a margin: equilibrium, start sets, the KL divergence."""

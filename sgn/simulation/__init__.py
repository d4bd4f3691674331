"""Play simulated in floating point: the methods, one step of each, and best responses."""

"""What is bounded of a Jacobian: quantities, claims of them, and their matrix inequalities."""

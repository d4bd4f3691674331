"""Steps that contract, found for Euler's method and RK4."""

"""The inequalities that theorems ask for, each decided with directed rounding."""

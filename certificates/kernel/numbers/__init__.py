"""Rigorous numbers: intervals, balls, affine forms, tests of semidefiniteness."""

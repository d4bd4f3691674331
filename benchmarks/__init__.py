"""Measurements: `make bench` prints the tables that the notes and the README quote."""

"""Damaged input of every kind, given to every command: a documented status, one line where it is 2.

python -m tests.fuzz [COUNT] [--first NUMBER] [--keep FOLDER]
"""

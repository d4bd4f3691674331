"""Forged certificates: changed documents that the checker accepts, judged by an oracle of its own.

The oracle (oracle_*.py) shares nothing with the product: it reads the document itself, takes
derivatives itself, and calls false only what it has computed with 50 digits at a rational point.
"""

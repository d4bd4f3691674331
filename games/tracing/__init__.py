"""Costs as people write them in Python, traced once into the language of costs."""

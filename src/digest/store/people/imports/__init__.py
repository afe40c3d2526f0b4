"""Files of people that come in: where each import stands, and what takes it back.

Belongs: rows of imports. Does not: what a row of a file says (audience.lists).
"""

"""How editions and their copies are getting on, and what became of their readers.

Belongs: queries that start from an edition. Does not: anything that changes a row.
"""

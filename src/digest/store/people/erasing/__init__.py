"""What is left of people who were erased: hashes, and what is still to be done.

Belongs: whatever asks who was erased. Does not: the erasing of each table's own rows.
"""

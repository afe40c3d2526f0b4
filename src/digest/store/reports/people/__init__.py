"""What people have had of us, and have not: one person's history, readers counted.

Belongs: queries that start from a person or from readers. Does not: anything that
changes a row.
"""

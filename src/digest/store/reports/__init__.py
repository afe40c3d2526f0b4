"""What staff and machines look at: counts and lists, read and never written.

Belongs: queries across rooms. Does not: anything that changes a row.
"""

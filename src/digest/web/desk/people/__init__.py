"""The desk's pages of people: found, looked at, changed as they ask, added.

Belongs: one person and what staff do for them. Does not: mailing lists and imports.
"""

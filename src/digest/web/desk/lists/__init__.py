"""The desk's pages of mailing lists: who is on them, narrowed, written out.

Belongs: many people at once. Does not: one person and what staff do for them.
"""

"""Kinds of readers: alike in all that decides what an edition brings them.

Belongs: the name that the database gives to a kind, and how many are of each. Does
not: what a kind gets (compose), or who is of it in a chunk (reader_chunks).
"""

"""Kinds of readers: alike in all that decides what an edition brings them.

Belongs: the name that the database gives to a kind, how many are of each, and who is of
it in a chunk of readers. Does not: what a kind gets (compose).
"""

"""Editions from state to state, and what was made once for all their readers.

Belongs: rows of editions, renditions and short links. Does not: one reader's copy
(store.delivery).
"""

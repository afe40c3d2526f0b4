"""The people and programs that act: the keys they show.

Belongs: who may change things. Does not: readers (store.people).
"""

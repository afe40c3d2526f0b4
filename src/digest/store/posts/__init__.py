"""A campaign's log: what is accepted, released, revised, withdrawn, and its pictures.

Belongs: rows of items and pictures. Does not: what an edition takes from the log
(store.editions).
"""

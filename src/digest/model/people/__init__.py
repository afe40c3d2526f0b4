"""Who is written to: persons, their addresses, and how a reader can be served.

Belongs: what is known of one person and what follows from it. Does not: lists as
files (audience.lists), permission as rows (store.people).
"""

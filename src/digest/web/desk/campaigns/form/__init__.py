"""A campaign's file as forms: each page of one thing, each field a key of the file.

Belongs: how a key is shown and typed. Does not: what it may be, which the file's own
reader says in its words.
"""

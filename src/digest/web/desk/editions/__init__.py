"""The desk's pages of one edition: arranged while it is open, read when it has gone.

Belongs: an edition's page, what staff do to it, its previews. Does not: how its copies
get on (desk.runs).
"""

"""Pages of what has gone out and what is on: for anybody, and the same for everybody.

Belongs: what needs no token and names nobody. Does not: a reader's own pages.
"""

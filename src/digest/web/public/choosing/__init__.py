"""A reader's own page: what they choose, and how they come to it and stay reachable.

Belongs: what the link of one reader opens. Does not: joining and leaving, beside it.
"""

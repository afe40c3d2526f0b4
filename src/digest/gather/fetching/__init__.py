"""The web, asked through one door and within limits.

Belongs: whom we ask, how often, how long, and what an answer means. Does not: what a
document holds.
"""

"""The desk's pages of posts and events: listed, changed, corrected.

Belongs: what staff do with one campaign's log. Does not: editions.
"""

"""The desk's pages of campaigns: all of them, one at a glance, its file, its sources.

Belongs: what staff see and do with a campaign as a whole. Does not: its posts, its
editions.
"""

"""digest subscribers: people on mailing lists, and what they choose.

A module for what is held about them, one for their pauses and the posts so far.
"""

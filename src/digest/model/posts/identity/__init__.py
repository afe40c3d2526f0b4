"""Which post of a source is which, from one reading to the next.

Belongs: what a post is recognised by, and how it is paired with the log. Does not:
the same post in two sources (model.posts.duplicates).
"""

"""Sources become raw items, raw items become posts and events, those enter the log.

Belongs: reading each kind of source, a folder a kind and a line in `registry`. Does
not: what becomes of an item once it is in the log (store.posts, compose).
"""

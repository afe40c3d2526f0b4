"""What is published: blocks, posts and events, their pictures and their changes.

Belongs: what an item is and says, and when two are the same. Does not: where an
item stands in the log (store.posts), and how it is shown (render).
"""

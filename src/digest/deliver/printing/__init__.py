"""Letters leave: an edition's copies as sealed batches of pages, each at most once.

Belongs: print batches and their files. Does not: what a page looks like
(render.letter).
"""

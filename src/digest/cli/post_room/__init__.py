"""Commands for whoever prints, posts and rings.

Belongs: print batches and calls. Does not: what is printed or said (digest.render).
"""

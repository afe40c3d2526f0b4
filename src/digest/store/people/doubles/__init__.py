"""People who may be held twice, known apart, or merged into one.

Belongs: which rows may be one person's, and what moves where they are made one. Does
not: what anybody is asked or told of it.
"""

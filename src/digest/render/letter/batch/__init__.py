"""Letters that are printed together: their file, its cover sheet and lists, labels.

Belongs: what whoever prints and posts has in hand. Does not: how one letter
looks (render.letter).
"""

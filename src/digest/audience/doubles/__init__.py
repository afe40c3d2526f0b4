"""People who may be held twice: offered to staff, told apart, made one, and undone.

Belongs: what staff choose and what follows for the person. Does not: how rows are found
and moved.
"""

"""The log of complaints about how people's data is used.

Belongs: what is kept of each. Does not: by when it has to be done (model.people).
"""

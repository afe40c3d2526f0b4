"""RSS, Atom and JSON Feed.

Belongs: what each format calls the fields of an entry, and what a feed may cost. Does
not: the HTML inside (gather.markup), or what is made of an entry (gather.items).
"""

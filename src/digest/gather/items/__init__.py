"""One item from any source: what it says, where each part was found, its post.

Belongs: what every kind of source needs alike. Does not: any one kind's format.
"""

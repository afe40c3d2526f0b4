"""What a page says in marks made for programs.

Belongs: JSON-LD, microformats, and the marks of common programs. Does not: what
only a person can see (gather.pages.layout).
"""

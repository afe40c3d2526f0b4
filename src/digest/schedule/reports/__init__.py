"""How things stand, in words: runs, sources, and what needs a person.

Belongs: what status, pages and scripts show. Does not: acts.
"""

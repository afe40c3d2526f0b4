"""What helps people read or understand: recorded, and asked about again.

Belongs: needs in people's own words. Does not: formats, which meet them.
"""

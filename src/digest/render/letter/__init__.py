"""A variant as a letter, and letters as a print run.

Belongs: what stands where on paper. Does not: dates and fixed words
(render.words).
"""

"""A variant as an email: HTML, text, and the message around them.

Belongs: markup and encoding of emails. Does not: dates and fixed words
(render.words).
"""

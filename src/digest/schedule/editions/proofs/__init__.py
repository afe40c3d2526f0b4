"""An edition in the hands of staff, to be looked at as its readers will have it.

Belongs: tests by email, pages of letters as pictures. Does not: what a preview is of.
"""

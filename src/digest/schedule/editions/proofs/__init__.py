"""An edition in the hands of staff, to be looked at as its readers will have it.

Belongs: what one reader gets, tests by email, pages of letters as pictures. Does not:
how a format is made (render).
"""

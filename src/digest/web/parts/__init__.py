"""What pages share: their frame, a form's fields, numbers in addresses.

Belongs: what two pages need alike. Does not: a page.
"""

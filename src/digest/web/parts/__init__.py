"""What pages share: their frame, forms as typed, numbers in addresses.

Belongs: what two pages need alike. Does not: a page.
"""

"""What anybody may know: what we hold and why, how it can be read, how to complain.

Belongs: pages made from what is really set. Does not: the pages of one reader.
"""

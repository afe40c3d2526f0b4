"""What programs send and get: JSON over HTTP, with a key.

Belongs: routes and their schemas. Does not: pages.
"""

"""Joining by the web: what is asked for, confirmed by its own button, seen by staff.

Belongs: requests to join and what becomes of them. Does not: the mails and the pages.
"""

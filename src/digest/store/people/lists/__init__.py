"""Mailing lists as staff look at them.

Belongs: counts, and what narrows a list. Does not: subscriptions themselves.
"""

"""What people ask for on the web, and what they have said yes to.

Belongs: requests to join, records of consent. Does not: lists and their subscriptions.
"""

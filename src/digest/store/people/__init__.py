"""Subscribers, their subscriptions, and the readers that they are in a campaign.

Belongs: who may be written to, how, and who may not. Does not: copies
(store.delivery).
"""

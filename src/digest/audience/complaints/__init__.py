"""Complaints about how people's data is used: recorded, acknowledged, answered in time.

Belongs: what the law asks of that. Does not: reports of spam (digest.deliver.returns).
"""

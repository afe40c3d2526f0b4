"""Editions made when they are due: opened, published, rendered, looked at.

Belongs: from a slot to renditions. Does not: copies (schedule.delivery).
"""

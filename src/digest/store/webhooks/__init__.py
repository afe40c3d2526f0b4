"""Webhooks: who is told what happens, and what is to be told.

Belongs: endpoints, and the outbox that facts are written into as they happen. Does
not: sending (schedule.webhooks).
"""

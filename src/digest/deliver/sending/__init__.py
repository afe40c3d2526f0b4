"""Copies of emails leave: leased, shared out among connections, recorded.

Belongs: which copy goes next, how fast, over how many connections, and what is
recorded of it. Does not: what is said to a mail server (deliver.smtp), nor how long
a copy waits before it is tried again (model.delivery.delivery).
"""

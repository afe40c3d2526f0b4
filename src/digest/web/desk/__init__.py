"""Pages for staff: today, runs, the inbox.

Belongs: what is looked at and done by people with a key. Does not: programs
(web.api).
"""

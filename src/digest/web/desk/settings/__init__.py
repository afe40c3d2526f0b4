"""The desk's settings: who may do what, who did what, keys of programs.

Belongs: what admins see to. Does not: a campaign's own settings.
"""

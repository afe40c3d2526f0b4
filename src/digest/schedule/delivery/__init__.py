"""Planned copies carried out: by this machine, by jobs on many, or by print.

Belongs: who sends which batch when. Does not: how one copy is sent (deliver).
"""

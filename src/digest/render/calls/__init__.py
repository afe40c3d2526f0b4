"""Calls: an edition's words as somebody says them on the telephone.

Belongs: the script of a variant, and the call sheet that it is printed on. Does not:
who is rung, and what comes of it (deliver.calling).
"""

"""Who may come in, from where, and how often they may be wrong.

Belongs: keys, cookies, origins, throttles. Does not: any page's content.
"""

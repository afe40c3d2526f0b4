"""Pages for subscribers: no cookie, no script; a GET changes nothing.

Belongs: what anybody may open. Does not: what staff see (web.desk).
"""

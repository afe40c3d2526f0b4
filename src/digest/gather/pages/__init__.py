"""Web pages: posts and events of people who keep no feed.

Belongs: which parts of a page are posts and events, and which is which at the next
reading. Does not: HTML as blocks (gather.markup), or asking the web (gather.fetching).
"""

"""What anybody may read on the web: an edition's page, events, a feed.

Belongs: the words and markup of it, from the same values as an email's. Does not: who
may see what (store.editions.archive), and the pages around it (web.public).
"""

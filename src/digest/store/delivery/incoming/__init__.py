"""What came in by mail, and how the mailboxes stand that it came from.

Belongs: one row for each email that came in, replies that wait to be forwarded, how far
a mailbox was read. Does not: what was reported of copies (store.delivery.returns).
"""

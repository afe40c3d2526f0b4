"""Who may be written to: subscriber lists, readers, unsubscribing, erasure.

Belongs: what a person wishes, what we hold of them, and on what permission. Does not:
who is due a copy of an edition (compose), nor what came back of one (deliver.returns).
"""

"""What anybody may read of a campaign on the web: past editions, and events.

Belongs: whatever pages and feeds of it show, as values. Does not: markup
(render.archive), and which editions are public (store.editions.archive).
"""

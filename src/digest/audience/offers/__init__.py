"""Another channel, offered to whom one does not reach any more.

Nothing here moves anybody who has not agreed to it.
"""

"""iCalendar (RFC 5545) expanded in a process of its own, within limits.

`process` is the parent's side; all else runs in the child and imports as
little of the program as it can, so that the child starts quickly.
"""

"""Posts and events kept as Markdown or plain text, and the head that such files have.

Belongs: files, and what people type by the names of that head. Does not: Markdown
itself (gather.markup).
"""

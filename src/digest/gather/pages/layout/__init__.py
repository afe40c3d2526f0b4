"""What a page says by how it is laid out: headings, days, credits, boilerplate.

Belongs: reading a page as a person does. Does not: marks made for programs
(gather.pages.marks).
"""

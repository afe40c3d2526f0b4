"""Words from outside, in any markup, made blocks of a closed set.

Belongs: HTML, Markdown, plain text, and what makes them safe. Does not: which words
are a post (gather.pages).
"""

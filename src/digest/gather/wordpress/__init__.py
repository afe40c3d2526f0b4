"""The past of a WordPress site, from the file that it exports.

Belongs: that file's format, and the words of its editors. Does not: a site's feed
(gather.feeds).
"""

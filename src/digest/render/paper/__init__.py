"""Pages on paper, whatever stands on them: fonts, what they can print, and Typst.

Belongs: what letters and call sheets share. Does not: what either of them says.
"""

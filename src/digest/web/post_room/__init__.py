"""The post room: letters printed, posted and come back, on a phone, one at a time.

Belongs: pages for whoever holds the paper. Does not: how letters look (render.letter).
"""

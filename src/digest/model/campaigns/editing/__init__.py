"""A campaign file changed key by key, its other lines left as they are.

Belongs: what writes TOML. Does not: what a value may be, which is campaign_file's.
"""

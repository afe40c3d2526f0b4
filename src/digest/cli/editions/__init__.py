"""digest edition and digest preview: editions made, steered and looked at.

Belongs: commands on one edition. Does not: its copies (cli.deliveries).
"""

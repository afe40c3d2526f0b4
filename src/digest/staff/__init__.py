"""Staff: who may sign in, how they prove who they are, and links that let them in.

Belongs: passwords, codes, passkeys, invitations. Does not: pages, cookies, roles.
"""

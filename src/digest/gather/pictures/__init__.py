"""Pictures of posts: fetched, decoded within limits, made anew in our sizes.

Belongs: everything between an address and the files that we keep. Does not: where they
are kept (store.posts.pictures), or when a post may use one (model.posts.pictures).
"""

"""Pictures of posts: found, fetched and made anew."""

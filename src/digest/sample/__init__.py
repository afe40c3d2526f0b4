"""A sample campaign: an invented week of posts, and a server for its feed."""

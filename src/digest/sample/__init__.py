"""A sample campaign: an invented week of posts, its readers, and a server for its feed."""

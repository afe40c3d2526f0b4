"""Web pages: posts and events of people who keep no feed."""

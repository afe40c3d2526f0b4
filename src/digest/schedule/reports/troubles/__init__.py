"""What needs a person, in words: of campaigns, of editions, of signing up."""

"""What the calls of the API share: the door, problems in words, repeats, long lists."""

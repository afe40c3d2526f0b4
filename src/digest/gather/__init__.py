"""Sources become blocks, blocks become posts, posts enter the log."""

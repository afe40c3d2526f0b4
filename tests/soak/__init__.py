"""A long life of the product by an injected clock, judged by a recorder outside."""

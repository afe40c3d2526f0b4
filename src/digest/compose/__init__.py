"""The log and the readers become editions, variants and deliveries."""

"""Databases for what is held to its contract on each kind of them."""

from tests.databases import (
    databases,
    engine,
    postgresql_engine,
    sqlite_engine,
    sqlite_pattern,
)

__all__ = [
    "databases",
    "engine",
    "postgresql_engine",
    "sqlite_engine",
    "sqlite_pattern",
]

"""Databases and a program for tests of real parts together."""

from tests.databases import (
    databases,
    engine,
    postgresql_engine,
    program,
    program_pattern,
    sqlite_engine,
    sqlite_pattern,
)

__all__ = [
    "databases",
    "engine",
    "postgresql_engine",
    "program",
    "program_pattern",
    "sqlite_engine",
    "sqlite_pattern",
]

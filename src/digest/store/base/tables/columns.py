"""What every table is made of: names of constraints, ids, references and instants."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the shape is SQLAlchemy's
    ) -> datetime | None:
        """Return the instant in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Return the instant as aware UTC."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer(), "sqlite")


def own_id() -> Column[int]:
    """Return the column of a row's own id, given by the database."""
    return Column("id", BigId, primary_key=True)


def reference(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column that holds the id of a row of another table.

    It is named after that table: `campaign_id`.
    """
    table = name.rpartition("_")[0]
    return Column(name, BigId, ForeignKey(f"{table}.id"), nullable=nullable)


def required(name: str, kind: Any) -> Column[Any]:
    """Return a column that every row fills."""
    return Column(name, kind, nullable=False)


def partial_index(name: str, *columns: str, **as_made: Any) -> Index:
    """Return an index of some rows alone, as the migrations have made it.

    Where those are, and PostgreSQL's operators for a column. As arguments of both
    databases they would have each program that starts load what speaks to the other.
    """
    return Index(name, *columns, info=as_made)

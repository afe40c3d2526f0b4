"""Files of people on their way into a mailing list."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from digest.store.base.tables.columns import (
    UtcDateTime,
    metadata,
    own_id,
    reference,
    required,
)

# A file of people on its way into a mailing list, or come in: audience.lists.
list_import = Table(
    "list_import",
    metadata,
    own_id(),
    Column("list_name", String(80)),
    required("file_name", Text),
    required("state", String(12)),  # model.people.import_state
    required("note", Text),  # how the file was read
    required("headings", JSON),
    required("samples", JSON),  # its first rows
    Column("columns", JSON(none_as_null=True)),  # which of ours each of its own is
    Column(
        "consent", JSON(none_as_null=True)
    ),  # of everybody whose row says nothing of it
    Column("is_same", Boolean),  # what staff say of all who may be somebody held
    required("rows", Integer),
    Column("upto_line", Integer, nullable=False, server_default="0"),
    required("counts", JSON),  # how the rows fared
    required("by", String(120)),
    required("created_at", UtcDateTime),
    Column("began_at", UtcDateTime),  # the instant that all of it is stored as of
    Column("worked_at", UtcDateTime),  # the last sign of whoever is at it
    Column("ended_at", UtcDateTime),  # when all of it was in
    Column("forgotten_at", UtcDateTime),  # its rows are gone: no undoing any more
)

# The rows themselves, as text in pieces, compressed, until they are forgotten.
list_import_part = Table(
    "list_import_part",
    metadata,
    reference("list_import_id"),
    required("number", Integer),
    required("content", LargeBinary),
    PrimaryKeyConstraint("list_import_id", "number"),
)

# What each chunk of it did, written with it, so that it can be gone on with or undone.
list_import_chunk = Table(
    "list_import_chunk",
    metadata,
    reference("list_import_id"),
    required("number", Integer),
    required("added", JSON),  # numbers of people who were new
    required("joined", JSON),  # of those who were held, and came onto the list by it
    required("changed", JSON),  # what was held before, by number
    required("renewed", JSON),  # what the list said of them before, by number
    Column("undone_at", UtcDateTime),
    PrimaryKeyConstraint("list_import_id", "number"),
)

list_import_fault = Table(
    "list_import_fault",
    metadata,
    own_id(),
    reference("list_import_id"),
    required("kind", String(12)),
    required("line", Integer),
    required("place", String(40)),  # a column
    required("wrong", Text),
    required("do", Text),
    Column("name", Text, nullable=False, server_default=""),  # of whom the row is
    Index("ix_list_import_fault", "list_import_id", "kind", "line"),
)

"""Run by alembic with the connection that `store.migrate` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from digest.store.base.tables import UtcDateTime, metadata
from digest.store.delivery.sending.job_tables import is_ours


def _render_item(
    kind: str,
    item: Any,
    autogen: AutogenContext,
) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from digest.store.base.tables import UtcDateTime")
        return "UtcDateTime()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=is_ours,
    render_item=_render_item,
    transaction_per_migration=False,
)
context.run_migrations()

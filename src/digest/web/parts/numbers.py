"""Numbers in addresses: those that a database can look for."""

from typing import Annotated

from pydantic import Field

_MOST = 2**63 - 1
# Others are no page's: they are answered like an address that there is not.
RowId = Annotated[int, Field(ge=0, le=_MOST)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]

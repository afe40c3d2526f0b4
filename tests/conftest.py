"""What a test of any folder may ask for: nothing here is slow to import.

What needs a database or a browser is in the conftest of the folders that use it.
"""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Have tests that are marked `anyio` run on the event loop of asyncio."""
    return "asyncio"

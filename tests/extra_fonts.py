"""Which tests need the fonts of digest[fonts], and which need them not to be there."""

import importlib.util

import pytest

_IS_THERE = importlib.util.find_spec("manimgx_fonts_cjk") is not None
with_extra_fonts = pytest.mark.skipif(
    not _IS_THERE, reason="digest[fonts] is not installed: nothing of it was tried"
)
without_extra_fonts = pytest.mark.skipif(
    _IS_THERE, reason="digest[fonts] is installed: what it has can be printed"
)

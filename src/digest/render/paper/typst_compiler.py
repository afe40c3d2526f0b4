"""Runs Typst in a private folder that is gone afterwards.

The folder is Typst's root, so that a template reads nothing else; data goes in
as JSON, whose strings are never taken for markup. The same job gives the same
bytes, on every machine.
"""

import ctypes
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import typst

from digest.errors import RenderError
from digest.render.paper.fonts import FAMILIES, fonts
from digest.render.templates import operator_file

# After how many more compilations Typst forgets the results of one.
_COMPILATIONS_KEPT = 10
# Gives memory that is free back to the machine, where the C library is GNU's.
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
# By the name that the others call it by: where it is in a folder of templates.
_OURS = {
    name.rpartition("/")[2]: name
    for name in (
        *("letter/look.typ", "letter/blocks.typ", "letter/letter.typ"),
        *("letter/batch.typ", "letter/labels.typ", "calls/call-sheet.typ"),
    )
}


@dataclass(frozen=True, slots=True)
class TypesetPdf:
    """A finished PDF, and for each label asked about the values it carries."""

    pdf: bytes
    answers: Mapping[str, Sequence[Any]]


class TypstCompiler:
    """A job folder with the templates in it; use it in a `with` statement."""

    def __init__(self, templates_dir: Path | None = None) -> None:
        self._theirs = templates_dir
        self._folder = tempfile.TemporaryDirectory(prefix="digest-paper-")
        self.root = Path(self._folder.name)

    def __enter__(self) -> Self:
        if self._theirs and not self._theirs.is_dir():
            raise RenderError(
                f"{self._theirs} is not a folder: make it,"
                " or leave DIGEST_TEMPLATES_DIR empty"
            )
        for name, place in _OURS.items():
            shutil.copyfile(operator_file(self._theirs, place), self.root / name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def typeset(
        self, template: str, job: Mapping[str, Any], labels: Sequence[str] = ()
    ) -> TypesetPdf:
        """Return the tagged, PDF/UA-1 document that the template makes of the job.

        Raises RenderError where the template, the job or a font stops it.
        """
        return self._run(template, job, labels, accessible=True)

    def overlay(
        self, template: str, job: Mapping[str, Any], labels: Sequence[str] = ()
    ) -> TypesetPdf:
        """Return the document without tags: those of a page laid down are lost.

        Typst keeps the results of its last compilations; those of a whole run are
        large and of no use to the next, so they are let go.
        """
        try:
            return self._run(template, job, labels, accessible=False)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        empty = self.root / "empty.typ"
        empty.write_text("#set page(width: 1pt, height: 1pt)")
        compiler = typst.Compiler(str(empty), root=str(self.root), font_paths=fonts())
        for _ in range(_COMPILATIONS_KEPT + 1):
            compiler.compile(format="pdf")
        if _trim:
            _trim(0)

    def _run(
        self,
        template: str,
        job: Mapping[str, Any],
        labels: Sequence[str],
        *,
        accessible: bool,
    ) -> TypesetPdf:
        data = json.dumps({"fonts": FAMILIES, **job}, ensure_ascii=False)
        (self.root / "job.json").write_text(data, encoding="utf-8")
        with _one_line(template):
            compiler = typst.Compiler(
                str(self.root / template), root=str(self.root), font_paths=fonts()
            )
            pdf = compiler.compile(
                format="pdf",
                pdf_standards=["ua-1"] if accessible else [],
                pdf_tags=accessible,
                timestamp=0,
            )
            answers = {
                label: json.loads(compiler.query(f"<{label}>", field="value"))
                for label in labels
            }
        if not isinstance(pdf, bytes):
            raise RenderError(f"{_OURS[template]} made no pages: mend the template")
        return TypesetPdf(pdf, answers)


@contextmanager
def _one_line(template: str) -> Iterator[None]:
    try:
        yield
    except typst.TypstError as fault:
        hints = "; ".join(getattr(fault, "hints", None) or ())
        words = " ".join(f"{fault.message}{f' ({hints})' if hints else ''}".split())
        raise RenderError(
            f"{_OURS[template]} could not be set: {words}; mend the template,"
            " or take it out of the templates folder to use ours"
        ) from fault
    except (RuntimeError, OSError) as fault:
        words = " ".join(str(fault).split())
        raise RenderError(f"{_OURS[template]} could not be set: {words}") from fault

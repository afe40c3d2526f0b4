"""Templates: an operator's own where there are any, else ours; faults in one line."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Any, Literal

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

import digest
from digest.errors import RenderError

Finalize = Callable[..., object]
Kind = Literal["email", "web", "letter"]
_PACKAGE = Path(digest.__file__).parent
# In a wheel the templates are inside the package; in a checkout beside src/.
_OURS = next(
    (
        folder
        for folder in (_PACKAGE / "templates", _PACKAGE.parents[1] / "templates")
        if folder.is_dir()
    ),
    _PACKAGE / "templates",
)
_MEND = "correct it, or remove it to use the one that came with the program"


@lru_cache(maxsize=16)
def environment(
    folder: Path | None, kind: Kind, finalize: Finalize | None = None
) -> Environment:
    """Return the environment of one kind of template.

    Files in `folder`/`kind` stand in for ours of the same name, which remain
    within reach as "ours/NAME", to extend. HTML is escaped by itself and a
    name that is not known is an error. `finalize` sees each value before it is
    written. Raises RenderError where `folder` is given and is not a folder.
    """
    if folder is not None and not folder.is_dir():
        raise RenderError(
            f"{folder} is not a folder: make it, or leave DIGEST_TEMPLATES_DIR empty"
        )
    ours = FileSystemLoader(_OURS / kind)
    theirs = [FileSystemLoader(folder / kind)] if folder else []
    return Environment(
        loader=ChoiceLoader([*theirs, ours, PrefixLoader({"ours": ours})]),
        autoescape=select_autoescape(("html", "xml"), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finalize,
    )


def rendered(templates: Environment, name: str, context: Mapping[str, Any]) -> str:
    """Return what the template makes of the context.

    Raises RenderError naming the file and the line at fault.
    """
    with _faults_named(name):
        return templates.get_template(name).render(context)


def macros(
    templates: Environment, name: str, context: Mapping[str, Any]
) -> Mapping[str, Callable[..., str]]:
    """Return the macros of a template by name, which find what the context holds.

    Raises RenderError as `rendered`.
    """
    with _faults_named(name):
        return vars(templates.get_template(name).make_module(dict(context)))


@contextmanager
def _faults_named(name: str) -> Iterator[None]:
    try:
        yield
    except TemplateNotFound as problem:
        raise RenderError(
            f"the template {problem.name} is missing: put it back, or install again"
        ) from problem
    except TemplateSyntaxError as problem:
        where = problem.filename or problem.name
        raise RenderError(
            f"{where}, line {problem.lineno}: {problem.message}: {_MEND}"
        ) from problem
    except (UnicodeDecodeError, OSError) as problem:
        raise RenderError(
            f"the template {name}, or one it uses, cannot be read: {problem}: {_MEND}"
        ) from problem
    except (TemplateError, TypeError, ValueError, ArithmeticError) as problem:
        place = _place_in_template(problem)
        if place is None:
            raise
        raise RenderError(f"{place}: {problem}: {_MEND}") from problem


def operator_file(folder: Path | None, name: str) -> Path:
    """Return the operator's file of that name, such as letter/letter.typ, else ours.

    Raises RenderError where neither has it.
    """
    for place in filter(None, (folder, _OURS)):
        if (place / name).is_file():
            return place / name
    raise RenderError(f"the template {name} is missing: put it back, or install again")


def _place_in_template(problem: Exception) -> str | None:
    # A template's own fault ends in a template; one that passes through our
    # code after that is a bug of ours, and shows itself as one.
    for frame in reversed(extract_tb(problem.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE) and path.suffix == ".py":
            return None
        if path.suffix in {".html", ".txt", ".css", ".xml"}:
            return f"{path}, line {frame.lineno}"
    return None

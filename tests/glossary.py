"""Hold the code to the glossary: `python -m tests.glossary`.

Every word that docs/glossary.md explains is used by the product, and the name of
every public class holds one of those words. Prints each fault, and ends with status
1 where there are any.
"""

import ast
import re
import sys
from collections.abc import Iterator

from tests.house import PRODUCT, ROOT, modules_below

GLOSSARY = ROOT / "docs" / "glossary.md"


def terms() -> list[str]:
    """Return what the glossary prints in bold, in lower case."""
    return [term.lower() for term in re.findall(r"\*\*(.+?)\*\*", GLOSSARY.read_text())]


def in_words(text: str) -> str:
    """Return text with compound names as words: RunState and run_state as run state."""
    # By a capital first, which is looked for faster than a place between two letters.
    second = r"[A-Z](?:(?<=[a-z][A-Z])|(?<=[A-Z][A-Z])(?=[a-z]))"
    parted = re.sub(second, r" \g<0>", text).replace("_", " ")
    return " ".join(parted.lower().split())


def pattern_of(term: str) -> str:
    """Return the pattern of a term, also in its plural.

    It begins with letters, for which a long text is searched many times faster than for
    the beginning of a word.
    """
    stem = re.escape(term.removesuffix("y"))
    ending = r"(?:y|ys|ies)\b" if term.endswith("y") else r"(?:s|es)?\b"
    return rf"{stem}(?<!\w{stem}){ending}"


def unused_terms() -> Iterator[str]:
    """Yield a fault for each term that nothing in the product speaks of."""
    texts = [
        path.read_text()
        for folder in (PRODUCT, ROOT / "templates")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".html", ".txt", ".typ"}
    ]
    words = in_words("\n".join(texts))
    in_parts = words.replace("-", " ")
    for term in terms():
        pattern = re.compile(pattern_of(term))
        if not pattern.search(words) and not pattern.search(in_parts):
            yield f"docs/glossary.md: nothing is called {term}"


def unexplained_classes() -> Iterator[str]:
    """Yield a fault for each public class whose name the glossary does not explain."""
    explained = re.compile("|".join(map(pattern_of, terms())))
    for module in modules_below(PRODUCT):
        for node in module.nodes:
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            if not explained.search(in_words(node.name)):
                yield f"{module.at(node)}: the glossary does not explain {node.name}"


def main() -> int:
    """Print every fault."""
    faults = [*unused_terms(), *unexplained_classes()]
    for fault in faults:
        print(fault)  # noqa: T201 - what it is for
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())

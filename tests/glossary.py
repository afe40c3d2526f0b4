"""Hold the code to the glossary: `python -m tests.glossary`.

Every word that docs/glossary.md explains is used by the product, and the name of
every public class holds one of those words. Prints each fault, and ends with status
1 where there are any.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
PRODUCT = ROOT / "src" / "digest"


def terms() -> list[str]:
    """Return what the glossary prints in bold, in lower case."""
    return [term.lower() for term in re.findall(r"\*\*(.+?)\*\*", GLOSSARY.read_text())]


def in_words(text: str) -> str:
    """Return text with compound names as words: RunState and run_state as run state."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\s]+", " ", text)
    return parted.lower()


def holds(words: str, term: str) -> bool:
    """Return whether the words hold the term, also in its plural."""
    stem = re.escape(term.removesuffix("y"))
    ending = r"(y|ys|ies)\b" if term.endswith("y") else r"(s|es)?\b"
    return re.search(rf"\b{stem}{ending}", words) is not None


def unused_terms() -> Iterator[str]:
    """Yield a fault for each term that nothing in the product speaks of."""
    texts = [
        path.read_text()
        for folder in (PRODUCT, ROOT / "templates")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".html", ".txt", ".typ"}
    ]
    words = in_words("\n".join(texts))
    for term in terms():
        if not holds(words, term) and not holds(words.replace("-", " "), term):
            yield f"docs/glossary.md: nothing is called {term}"


def unexplained_classes() -> Iterator[str]:
    """Yield a fault for each public class whose name the glossary does not explain."""
    explained = terms()
    for path in sorted(PRODUCT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            words = in_words(node.name)
            if not any(holds(words, term) for term in explained):
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield f"{place}: the glossary does not explain {node.name}"


def main() -> int:
    """Print every fault."""
    faults = [*unused_terms(), *unexplained_classes()]
    for fault in faults:
        print(fault)  # noqa: T201 - what it is for
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())

"""The words of a page's post: ours and trafilatura's, against what people marked.

DIGEST_CORPUS is a folder that holds either `ground-truth.json` beside `html/*.html.gz`
(scrapinghub/article-extraction-benchmark) or `evaldata.json` beside `eval` and `cache`
(adbar/trafilatura, its folder `tests`). The words of pictures are left out of ours: we
keep captions and alternative texts, which neither corpus counts as main text.
"""

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import mean

from harness import Result, cpu_seconds, main
from trafilatura import extract

from digest.gather.fetching.document import Document
from digest.gather.items.days import DateWindow
from digest.gather.pages.page_items import item_on
from digest.gather.pages.post_page import item_of_page
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.blocks import Picture, texts

_WORD = re.compile(r"\w+")
_SHINGLE = 4  # words, as scrapinghub counts them
_POOR = 0.5
_QUICK = 10  # of so many pages, one
GUESS = PageSelectors()


@dataclass(frozen=True, slots=True)
class Score:
    """What of a page was rightly read, read and not its own, and missed."""

    right: float
    wrong: float
    missed: float

    def precision(self) -> float:
        """Return how much of what was read is right."""
        read = self.right + self.wrong
        return self.right / read if read else float(not self.missed)

    def recall(self) -> float:
        """Return how much of what is right was read."""
        own = self.right + self.missed
        return self.right / own if own else float(not self.wrong)


def f_of(precision: float, recall: float) -> float:
    """Return their harmonic mean."""
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page, and what scores the text that is read of it."""

    url: str
    content: bytes
    score: Callable[[str], Score]


def by_shingles(own: str, text: str) -> Score:
    """Score a text against the whole of what is right, four words at a time."""
    right, read = _shingles(own), _shingles(text)
    every = (right | read).total() or 1
    return Score(
        (right & read).total() / every,
        (read - right).total() / every,
        (right - read).total() / every,
    )


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(_visible_text(text))
    starts = range(max(1, len(words) - _SHINGLE + 1))
    return Counter(tuple(words[n : n + _SHINGLE]) for n in starts if words)


def _visible_text(text: str) -> str:
    """Return a text as it is seen: one space between words, no soft hyphens."""
    return " ".join(text.replace("\xad", "").split())


def by_parts(own: Sequence[str], others: Sequence[str], text: str) -> Score:
    """Score a text by parts that are known to be the page's own, or not to be."""
    words = _visible_text(text)
    right, wrong = (
        sum(_visible_text(part) in words for part in parts) for parts in (own, others)
    )
    return Score(right, wrong, len(own) - right)


def pages_of(corpus: Path) -> Iterator[MarkedPage]:
    """Yield the pages of either corpus."""
    if (truth := corpus / "ground-truth.json").exists():
        for name, entry in json.loads(truth.read_text()).items():
            packed = (corpus / "html" / f"{name}.html.gz").read_bytes()
            score = partial(by_shingles, entry.get("articleBody", ""))
            yield MarkedPage(entry["url"], gzip.decompress(packed), score)
        return
    for url, entry in json.loads((corpus / "evaldata.json").read_text()).items():
        places = (corpus / folder / entry["file"] for folder in ("cache", "eval"))
        if path := next(filter(Path.is_file, places), None):
            score = partial(by_parts, entry["with"], entry["without"])
            yield MarkedPage(url, path.read_bytes(), score)


def ours(page: MarkedPage) -> str:
    """Return the words of the post that goes out, pictures apart."""
    try:
        opened = WebPage.opened(
            Document(page.content, page.url), "Europe/London", DateWindow()
        )
        raw = replace(item_of_page(opened, GUESS, ""), key=page.url)
        item, _ = item_on(opened, raw)
    except ValueError:
        return ""
    blocks = (block for block in item.body if not isinstance(block, Picture))
    return "\n".join(texts(tuple(blocks)))


def trafilaturas(page: MarkedPage) -> str:
    """Return the words that trafilatura gives by itself."""
    return extract(page.content, include_comments=False) or ""


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return precision, recall and F of both, and the pages that only we read badly."""
    corpus = Path(os.environ.get("DIGEST_CORPUS", "nowhere"))
    if not corpus.is_dir():
        why = "set DIGEST_CORPUS to a folder of pages: see the head of this file"
        return Result("main_text", {}, {}, {"corpus": why})
    pages = list(islice(pages_of(corpus), None, None, _QUICK if quick else 1))
    figures: dict[str, float] = {"pages": len(pages)}
    scores: dict[str, list[Score]] = {}
    for name, reader in (("ours", ours), ("trafilatura", trafilaturas)):
        before = cpu_seconds()
        texts_read = [reader(page) for page in pages]
        figures[f"{name}_seconds"] = cpu_seconds() - before
        marks = [page.score(text) for page, text in zip(pages, texts_read, strict=True)]
        scores[name] = marks
        precision = mean(mark.precision() for mark in marks if mark.right + mark.wrong)
        recall = mean(mark.recall() for mark in marks)
        whole = Score(
            *map(sum, zip(*((m.right, m.wrong, m.missed) for m in marks), strict=True))
        )
        figures |= {
            f"{name}_precision": precision,
            f"{name}_recall": recall,
            f"f_{name}": f_of(precision, recall),
            f"f_{name}_of_all_together": f_of(whole.precision(), whole.recall()),
        }
    figures["pages_that_only_we_read_badly"] = sum(
        f_of(own.precision(), own.recall()) < _POOR
        and f_of(theirs.precision(), theirs.recall()) >= _POOR
        for own, theirs in zip(scores["ours"], scores["trafilatura"], strict=True)
    )
    ratios = {"f_vs_trafilatura": figures["f_ours"] / figures["f_trafilatura"]}
    return Result("main_text", figures, ratios)


if __name__ == "__main__":
    main(measure)

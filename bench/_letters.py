"""One contender of the letters benchmark, in a process of its own.

    python bench/_letters.py CONTENDER READERS FOLDER

prints one JSON object: CPU seconds and peak memory of the making alone, pages
of a letter, bytes made. Imports and interpreter start are nobody's cost.
"""

import html
import json
import random
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from harness import cpu_seconds, peak_mb

from digest.model.campaigns.campaign import Campaign, LetterHead, Schedule
from digest.model.campaigns.slots import weekly
from digest.model.editions.edition import Variant
from digest.model.formats import LETTER
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.blocks import (
    Block,
    ListBlock,
    Paragraph,
    Picture,
    Table,
    TextSpan,
)
from digest.model.posts.items import Byline, Post
from digest.model.posts.pictures import Gallery, PictureFile, PictureUse
from digest.render.letter.address_block import personal
from digest.render.letter.batch.print_run import PrintRunHead, lay
from digest.render.letter.blocks import LetterPictures
from digest.render.letter.contents import LetterForm, letter_job
from digest.render.letter.ending import Ending
from digest.render.letter.letter import Letter, LetterOptions, typeset
from digest.render.paper.fonts import FAMILIES, FOLDER, fonts
from digest.render.paper.typst_compiler import TypstCompiler

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
PAGES = 4
Measured = dict[str, float]


def ours(readers: int, folder: Path) -> Measured:
    """Set the body once, and lay one print run over it."""
    letters = [a_letter(number) for number in range(readers)]
    edition = an_edition()
    began = cpu_seconds()
    body = typeset(edition, LetterOptions(pictures=_gallery(folder)))
    run = lay(letters, {"body": body}, PrintRunHead(edition.campaign, edition.code, AT))
    spent = cpu_seconds() - began
    assert len(run.rows) == readers
    return _measured(spent, body.pages, len(run.pdf))


def typst_per_reader(readers: int, folder: Path) -> Measured:
    """Set a whole document for each reader: one compiler, kept; no tags."""
    import typst  # noqa: PLC0415 - a contender pays for its own library alone

    with TypstCompiler() as press:
        content = letter_job(
            an_edition(),
            LetterPictures(press, _gallery(folder)),
            str,
            LetterForm(Ending.SLIP),
        )
        source = (press.root / "letter.typ").read_text()
        own = source.replace('json("job.json")', "json(bytes(sys.inputs.job))")
        assert own != source
        (press.root / "letter.typ").write_text(own)
        inputs = [_for_typst(content, number) for number in range(readers)]
        began = cpu_seconds()
        compiler = typst.Compiler(
            str(press.root / "letter.typ"), root=str(press.root), font_paths=fonts()
        )
        size = 0
        for sys_inputs in inputs:
            pdf = compiler.compile(sys_inputs=sys_inputs, timestamp=0, pdf_tags=False)
            assert isinstance(pdf, bytes)
            size += len(pdf)
        spent = cpu_seconds() - began
        (pages,) = json.loads(compiler.query("<pages>", field="value"))
    return _measured(spent, pages, size)


def _for_typst(content: Mapping[str, Any], number: int) -> dict[str, str]:
    recipient = personal(a_letter(number), content["words"]["salutation"]["t"])
    return {"job": json.dumps({**content, "fonts": FAMILIES, "recipient": recipient})}


def weasyprint_per_reader(readers: int, folder: Path) -> Measured:
    """Set a whole document for each reader; style, fonts and pictures are kept."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - as above
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    with TypstCompiler() as press:
        content = letter_job(
            an_edition(),
            LetterPictures(press, _gallery(folder)),
            str,
            LetterForm(Ending.SLIP),
        )
        base = press.root.as_uri() + "/"
        pages_of_html = [_html(content, number) for number in range(readers)]
        began = cpu_seconds()
        fonts_in_use, pictures = FontConfiguration(), dict[Any, Any]()
        style = CSS(string=_style(), font_config=fonts_in_use)
        size = 0
        for words in pages_of_html:
            document = HTML(string=words, base_url=base).render(
                stylesheets=[style], font_config=fonts_in_use, cache=pictures
            )
            size += len(document.write_pdf())
        spent = cpu_seconds() - began
    return _measured(spent, len(document.pages), size)


CONTENDERS: Mapping[str, Callable[[int, Path], Measured]] = {
    "ours": ours,
    "typst": typst_per_reader,
    "weasyprint": weasyprint_per_reader,
}


def _measured(spent: float, pages: int, size: int) -> Measured:
    return {"cpu_s": spent, "peak_mb": peak_mb(), "pages": pages, "bytes": size}


def _html(content: Mapping[str, Any], number: int) -> str:
    """Return the same letter as HTML: the same words, pictures and places."""
    to = personal(a_letter(number), content["words"]["salutation"]["t"])
    body = "".join(map(_block, content["blocks"]))
    sender = "<br>".join(map(html.escape, (*content["sender"], content["phone"])))
    address = "<br>".join(map(html.escape, to["ways"][0]))
    return (
        f'<html lang="en-GB"><title>{html.escape(content["title"])}</title>'
        f'<p class="reference">{to["reference"]}</p>'
        f"<h1>{html.escape(content['masthead'])}</h1>"
        f'<p class="sender">{sender}</p><p class="address">{address}</p>'
        f'<p class="date">{content["date"]}</p><p>{html.escape(to["salutation"])}</p>'
        f"{body}</html>"
    )


def _block(block: Mapping[str, Any]) -> str:
    kinds: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
        "p": lambda b: f"<p>{_spans(b['spans'])}</p>",
        "label": lambda b: f"<p>{_spans(b['spans'])}</p>",
        "h": lambda b: (
            f"<h{b['level']} id='{b['id']}'>{_spans(b['spans'])}</h{b['level']}>"
        ),
        "list": lambda b: (
            f"<ul>{''.join(f'<li>{_blocks(item)}' for item in b['items'])}</ul>"
        ),
        "picture": lambda b: (
            f"<figure><img src='{b['src']}' alt='{html.escape(b['alt'])}'>"
            f"<figcaption>{html.escape(b['caption'])}</figcaption></figure>"
        ),
        "table": lambda b: (
            f"<table><caption>{html.escape(b['caption'])}</caption>"
            f"<thead>{_row(b['head'], 'th')}</thead>"
            f"{''.join(_row(row, 'td') for row in b['rows'])}</table>"
        ),
        "contents": lambda b: (
            f"<div class='contents'><b>{b['title']['t']}</b>"
            + "".join(
                f"<p><a href='#{e['id']}'>{html.escape(e['title']['t'])}</a></p>"
                for e in b["entries"]
            )
            + "</div>"
        ),
        "language": lambda b: f"<div lang='{b['lang']}'>{_blocks(b['body'])}</div>",
        "ending": lambda b: f"<div class='together'>{_blocks(b['body'])}</div>",
    }
    return kinds[block["k"]](block)


def _blocks(blocks: list[Mapping[str, Any]]) -> str:
    return "".join(map(_block, blocks))


def _row(cells: list[list[Mapping[str, Any]]], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_spans(cell)}</{tag}>' for cell in cells)}</tr>"


def _spans(spans: list[Mapping[str, Any]]) -> str:
    return "".join(
        f"<b>{html.escape(span['t'])}</b>" if span.get("b") else html.escape(span["t"])
        for span in spans
    )


def _style() -> str:
    faces = {
        "AtkinsonHyperlegibleNext_400Regular.ttf": "400",
        "AtkinsonHyperlegibleNext_700Bold.ttf": "700",
    }
    declared = "".join(
        f"@font-face {{font-family: Text; font-weight: {weight};"
        f" src: url({(FOLDER / name).as_uri()})}}"
        for name, weight in faces.items()
    )
    return (
        declared
        + """
    @page { size: A4; margin: 16mm 20mm 22mm;
      @bottom-right { content: "Page " counter(page) " of " counter(pages);
        font: 14pt Text }
      @bottom-left { content: string(reference); font: 14pt Text } }
    html { font: 14pt/1.35 Text }
    .reference { string-set: reference content(); height: 0; margin: 0;
      overflow: hidden }
    h1 { position: absolute; top: 0; left: 0; font-size: 30pt; margin: 0 }
    .sender { position: absolute; top: 0; left: 95mm; margin: 0 }
    .address { position: absolute; top: 42mm; left: 4mm; font-size: 12pt;
      line-height: 1.12; margin: 0 }
    .date { margin-top: 83mm }
    p { margin: 0 0 0.55em; orphans: 2; widows: 2 }
    h2 { font-size: 1.35em; margin: 1em 0 0.4em }
    h2, h3, caption { break-after: avoid; text-align: left }
    figure, .together, .contents, table { break-inside: avoid }
    figure { margin: 0.8em 0 } img { max-width: 100%; max-height: 110mm }
    td, th { text-align: left; border-bottom: 0.5pt solid; padding: 0.3em 0.5em }
    table { border-collapse: collapse }
    .contents { border: solid; border-width: 1pt 0; padding: 0.5em 0 }
    .contents a { color: inherit; text-decoration: none }
    .contents a::after { content: ", page " target-counter(attr(href), page) }
    """
    )


def a_letter(number: int) -> Letter:
    """Return an invented reader's letter; one in three lives in a flat."""
    chance = random.Random(number)  # noqa: S311 - the same readers every time
    name = f"{'Siân' if number % 4 == 3 else 'Ann'} Example-{number:05d}"
    street = f"{chance.randint(1, 190)} Example Street"
    lines = (*((f"Flat {number % 40 + 1}",) if number % 3 == 0 else ()), street)
    code = f"ZZ{chance.randint(1, 19)} {chance.randint(1, 9)}AA"
    address = PostalAddress((*lines, "Exampleton"), code)
    return Letter(f"K7Q-{number:05d}", name, address, "body")


def an_edition() -> Variant:
    """Return an edition of six posts that fills four pages with its two pictures."""
    posts = tuple(_posts())
    campaign = Campaign(
        name="lantern-week",
        title="Lantern Week",
        sender_name="Lantern Week",
        sender_address="digest@example.org",
        lists=("lantern",),
        timezone="Europe/London",
        sources=(),
        schedules=(Schedule("daily", weekly(time(16))),),
        letter=LetterHead(
            ("Lantern Week", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"),
            phone="01632 960 155",
        ),
    )
    return Variant("k7qf2mxa", campaign, AT, posts, LETTER, "en-GB")


_WORDS = (
    "The room was full by ten. People came in from the rain, shook out their coats"
    " and took a chair near the stove, and for a while nobody said anything at all."
    " Then somebody laughed, and after that it was hard to find a gap in the talk."
)


def _posts() -> Iterator[Post]:
    text: Block = Paragraph(
        (TextSpan(_WORDS), TextSpan(" And so we stayed.", strong=True))
    )
    bodies: tuple[tuple[Block, ...], ...] = (
        (text, Picture("", "A quay in the rain", "The quay on Monday.", "quay"), text),
        (text, ListBlock(False, ((text,), (text,)))),  # noqa: FBT003 - the block's own field
        (_table("Boat", "Leaves", "Back"), text),
        (text, Picture("", "A raised bed", "Kale, leeks and garlic.", "bed"), text),
        (_table("When", "What", "Where"), text),
    )
    for number, body in enumerate(bodies):
        yield Post(
            key=f"post-{number}",
            title=f"What we heard on day {number + 1}",
            body=body,
            byline=Byline("Ann Example", "Volunteer", "The Hall"),
        )


def _table(*names: str) -> Table:
    rows = tuple(
        tuple((TextSpan(f"{name} {number}"),) for name in names) for number in range(4)
    )
    return Table(tuple((TextSpan(name),) for name in names), rows, "All are free")


def write_pictures(folder: Path) -> None:
    """Write two grey pictures with the weight of photographs."""
    for name, width, height in (("quay.png", 800, 340), ("bed.png", 600, 260)):
        grain = random.Random(name)  # noqa: S311 - the same grain every time
        rows = b"".join(
            b"\0"
            + bytes(min(255, 90 + y // 3 + grain.randint(0, 12)) for _ in range(width))
            for y in range(height)
        )
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        png = b"".join(_chunk(*part) for part in parts)
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + png)


def _gallery(folder: Path) -> Gallery:
    return {
        (path.stem, PictureUse.PRINT): PictureFile("image/png", 0, 0, path.read_bytes())
        for path in folder.glob("*.png")
    }


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


if __name__ == "__main__":
    contender, count, place = sys.argv[1:]
    print(json.dumps(CONTENDERS[contender](int(count), Path(place))))

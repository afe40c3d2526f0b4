"""Whole sentences up to about sixty words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.posts.blocks import Block, Heading, ListBlock, Picture, TextSpan
from digest.model.posts.summary import sentences, summarise
from tests.builders import words

TEN = "one two three four five six seven eight nine ten."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We danced!", ["It rained.", "We danced!"]),
        ("Dr. Smith met J. Bloggs.", ["Dr. Smith met J. Bloggs."]),
        ("See e.g. St. Mary's. Then go.", ["See e.g. St. Mary's.", "Then go."]),
        ("It costs 3.50 today. Come.", ["It costs 3.50 today.", "Come."]),
        ("He said no. No. 7 was shut.", ["He said no.", "No. 7 was shut."]),
        ("Ask J. R. Bloggs, etc. Then go.", ["Ask J. R. Bloggs, etc.", "Then go."]),
        ('He said no. "No. 7" was shut.', ["He said no.", '"No. 7" was shut.']),
        ('Ask for no. "7" there. Go.', ['Ask for no. "7" there.', "Go."]),
        ("They met Ann et al. Then went.", ["They met Ann et al.", "Then went."]),
        ("Ask the board etc. 7 came.", ["Ask the board etc. 7 came."]),
        ("Is it vol. 2? It is.", ["Is it vol. 2?", "It is."]),
        ("a. B. C", ["a. B. C"]),
        ("Wait\u2026 what? Yes!", ["Wait\u2026 what?", "Yes!"]),
        ("\u201cDid it?\u201d Yes.", ["\u201cDid it?\u201d", "Yes."]),
        ("今天下雨了。我们去跳舞！好吗？", ["今天下雨了。", "我们去跳舞！", "好吗？"]),  # noqa: RUF001
        ("هل تأتي؟ نعم.", ["هل تأتي؟", "نعم."]),
        ("بارش ہوئی۔ ہم ناچے۔", ["بارش ہوئی۔", "ہم ناچے۔"]),  # noqa: RUF001
        ("बारिश हुई। हम नाचे।", ["बारिश हुई।", "हम नाचे।"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(
    text: str, expected: list[str]
) -> None:
    assert sentences(text) == expected


def test_a_summary_is_whole_sentences_up_to_sixty_words() -> None:
    body = words(" ".join(f"Number {n} {TEN}" for n in range(12)))

    assert len(summarise(body).split()) == 60
    assert summarise(body).endswith("ten.")


def test_a_long_first_sentence_is_taken_whole() -> None:
    long = "word " * 80 + "end."

    assert summarise(words(long + " More.")) == " ".join(long.split())


@pytest.mark.parametrize(
    ("length", "limit", "words_taken"),
    [(100, 60, 100), (101, 60, 60), (101, 101, 101), (120, 119, 119), (120, 5, 5)],
)
def test_a_sentence_is_cut_where_it_is_longer_than_a_hundred_words_and_the_limit(
    length: int, limit: int, words_taken: int
) -> None:
    summary = summarise(words("word " * (length - 1) + "end."), limit)

    assert len(summary.split()) == words_taken
    assert summary.endswith("end." if words_taken == length else "word\u2026")


@pytest.mark.parametrize(
    ("limit", "summary"), [(4, "It rained. We danced."), (5, "It rained. We danced.")]
)
def test_a_sentence_that_does_not_fit_whole_is_left_out(
    limit: int, summary: str
) -> None:
    assert summarise(words("It rained. We danced. All sang."), limit) == summary


def test_an_endless_sentence_is_cut_at_a_word() -> None:
    summary = summarise(words("word " * 300))

    assert len(summary.split()) == 60
    assert summary.endswith("word\u2026")


def test_headings_are_no_part_of_a_summary() -> None:
    assert (
        summarise((Heading(1, (TextSpan("News"),)), *words("It rained.")))
        == "It rained."
    )


def test_a_line_that_is_no_sentence_does_not_run_into_one() -> None:
    body = (*words("Photograph: Ann Example"), *words("It rained. We danced."))

    assert summarise(body) == "It rained. We danced."


def test_a_body_without_paragraphs_still_has_a_summary() -> None:
    items = (words("Bring soup."), words("Bring bread."))
    body: tuple[Block, ...] = (
        Heading(1, (TextSpan("News"),)),
        Picture("a", "A kettle"),
        ListBlock(ordered=False, items=items),
    )

    assert summarise(body) == "Bring soup. Bring bread."
    assert summarise(body[:2]) == "News A kettle"


@given(st.text())
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_a_summary_counts_words_where_nothing_parts_them() -> None:
    sentence = "今天下雨了我们都去跳舞然后回家喝茶。"
    thai = "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในศักดิ์ศรี" * 20

    assert 150 < len(summarise(words(sentence * 40))) < 220
    assert summarise(words(sentence * 40)).endswith("。")
    assert 300 < len(summarise(words(thai))) < 600
    assert summarise(words(thai)).endswith("\u2026")

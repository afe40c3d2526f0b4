"""The sample campaign as an operator keeps one: a campaign file and a folder."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import frontmatter

from digest.sample import texts
from digest.sample.texts import SampleText

CAMPAIGN = "lantern-week"
LIST = "lantern"
_POSTS = "posts"


def write(folder: Path, feed_url: str, now: datetime) -> Path:
    """Write the week into `folder` and return the path of its campaign file.

    The dates of posts lie in the days before `now`, those of events after it.
    Writing the same day twice changes nothing.
    """
    posts = folder / _POSTS
    posts.mkdir(parents=True, exist_ok=True)
    for text in texts.folder():
        page = frontmatter.Post(text.body, **_head(text, now))
        content = frontmatter.dumps(page, sort_keys=False, width=1000) + "\n"
        page_file = posts / f"{text.name}.md"
        page_file.write_text(content, encoding="utf-8")
        # As one finished a while ago: a file is left alone while it is written.
        finished = (now - timedelta(hours=1)).timestamp()
        os.utime(page_file, (finished, finished))
    for picture in (texts.PLACE / "folder").glob("*.png"):
        (posts / picture.name).write_bytes(picture.read_bytes())
    campaign = folder / "campaign.toml"
    pattern = (texts.PLACE / "campaign.toml").read_text(encoding="utf-8")
    filled = pattern.replace("{feed_url}", feed_url).replace("{folder}", _POSTS)
    campaign.write_text(filled, encoding="utf-8")
    return campaign


def _head(text: SampleText, now: datetime) -> dict[str, Any]:
    ours = {"days_ago", "at", "in_days", "from", "until"}
    head = {key: value for key, value in text.head.items() if key not in ours}
    if text.is_event:
        starts, ends = text.lasts(now)
        return {**head, "starts": starts, "ends": ends}
    return {**head, "published": text.published(now)}

"""What staff say of one edition before it goes: its words around, and its order."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from digest.model.posts.blocks import Block
from digest.model.posts.item_json import from_json, to_json


@dataclass(frozen=True, slots=True)
class Steering:
    """How an edition is steered; one that nobody steers has the default values.

    `note` stands before all posts. `subject` and `preheader` take the place of
    those that are made from the content. Posts are known by id: `pinned` come
    first, and the others as they stand in `order`; one that is not in it yet comes
    last. Posts and events that are `out` are left for the next edition; events that
    are `unlisted` are not in its list of what is on.
    """

    note: tuple[Block, ...] = ()
    subject: str = ""
    preheader: str = ""
    pinned: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    out: tuple[int, ...] = ()
    unlisted: tuple[int, ...] = ()

    def in_order(self, ids: Sequence[int]) -> list[int]:
        """Return these posts, which stand in their usual order, as they are shown."""
        places = {post: (1, place) for place, post in enumerate(self.order)}
        places |= {post: (0, place) for place, post in enumerate(self.pinned)}
        return sorted(ids, key=lambda post: places.get(post, (2, 0)))

    def with_pin(self, post: int) -> "Steering":
        """Return it with that post behind those that are pinned already."""
        if post in self.pinned:
            return self
        return replace(self, pinned=(*self.pinned, post))

    def without_pin(self, post: int) -> "Steering":
        """Return it with that post among the others again."""
        return replace(self, pinned=tuple(each for each in self.pinned if each != post))

    def without(self, item: int) -> "Steering":
        """Return it with that post or event left for the next edition."""
        return self if item in self.out else replace(self, out=(*self.out, item))

    def with_item(self, item: int) -> "Steering":
        """Return it with that post or event in it again."""
        return replace(self, out=tuple(each for each in self.out if each != item))

    def with_listed(self, events: Iterable[int]) -> "Steering":
        """Return it with those events in the list of what is on again."""
        listed = set(events)
        staying = (each for each in self.unlisted if each not in listed)
        return replace(self, unlisted=tuple(staying))

    def without_listed(self, events: Iterable[int]) -> "Steering":
        """Return it with those events not in the list of what is on."""
        both = dict.fromkeys((*self.unlisted, *events))
        return replace(self, unlisted=tuple(both))

    def moved(self, ids: Sequence[int], post: int, place: int) -> "Steering":
        """Return it with that one of these posts at a place, 1 being the first.

        No post that is not pinned comes before one that is.
        """
        ordered = self.in_order(ids)
        first = len([each for each in ordered if each in self.pinned])
        place = min(place, first) if post in self.pinned else max(place, first + 1)
        ordered.remove(post)
        ordered.insert(place - 1, post)
        is_pinned = set(self.pinned).__contains__
        elsewhere = tuple(each for each in self.pinned if each not in ordered)
        return replace(
            self,
            pinned=(*filter(is_pinned, ordered), *elsewhere),
            order=tuple(each for each in ordered if not is_pinned(each)),
        )

    @property
    def mark(self) -> str:
        """What tells differently steered renditions apart; "" of the default."""
        if self == Steering():
            return ""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without what is as by default."""
        facts = {
            "note": to_json(self.note),
            "subject": self.subject,
            "preheader": self.preheader,
            "pinned": list(self.pinned),
            "order": list(self.order),
            "out": list(self.out),
            "unlisted": list(self.unlisted),
        }
        return {name: value for name, value in facts.items() if value}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Steering":
        """Return what `to_json` was called on."""
        return cls(
            note=from_json(facts.get("note", [])),
            subject=facts.get("subject", ""),
            preheader=facts.get("preheader", ""),
            pinned=tuple(facts.get("pinned", ())),
            order=tuple(facts.get("order", ())),
            out=tuple(facts.get("out", ())),
            unlisted=tuple(facts.get("unlisted", ())),
        )


@dataclass(frozen=True, slots=True)
class SteeredEdition:
    """Steering as it is kept, and how often it was changed: its `version`."""

    steering: Steering = field(default_factory=Steering)
    version: int = 0

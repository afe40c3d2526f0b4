"""A topic of Amazon SNS, by which Amazon SES tells what became of our emails."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from digest.errors import SettingsError

_TOPIC = re.compile(
    r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{1,30}):\d{12}:[\w-]{1,256}", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """One topic of ours at Amazon, by its name (ARN)."""

    name: str

    @classmethod
    def parse(cls, words: str) -> Self:
        """Return the topic of that name. Raises SettingsError."""
        if not _TOPIC.fullmatch(words):
            raise SettingsError(
                "DIGEST_SES_TOPIC: write the topic's ARN, such as "
                "arn:aws:sns:eu-west-2:123456789012:digest"
            )
        return cls(words)

    @property
    def host(self) -> str:
        """The host of Amazon's that speaks for it."""
        _, partition, _, region, *_ = self.name.split(":")
        return f"sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"

    def confirmation_url(self, token: str) -> str:
        """Return the address that takes up our subscription: made, not taken over."""
        action = {"Action": "ConfirmSubscription", "TopicArn": self.name}
        return f"https://{self.host}/?{urlencode(action | {'Token': token})}"

"""Whether Amazon SNS signed a message, and which of its topics it is from.

Everybody may have a topic there, and what Amazon signs of it is signed well: so a
message counts only if its topic is one of those that we were told. The certificate is
fetched from Amazon's own host in the topic's region, by TLS and without redirects. See
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import binascii
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509.oid import NameOID

from digest.deliver import limits
from digest.deliver.returns.services.notifications import UnprovenError
from digest.deliver.returns.services.sns_topic import SnsTopic
from digest.errors import SourceError

# An https address to its content; raises SourceError.
FetchUrl = Callable[[str], bytes]

_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem")
_OF_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_CONFIRMATION = (
    *("Message", "MessageId", "SubscribeURL", "Timestamp"),
    *("Token", "TopicArn", "Type"),
)
# Which of them is signed by which hash: 1 is what a topic has unless told otherwise.
_HASHES = {"1": SHA1, "2": SHA256}


@dataclass(frozen=True, slots=True)
class SnsSignatureCheck:
    """Checks signatures; a certificate is fetched once, and few of them at most."""

    fetch: FetchUrl
    _certificates: "OrderedDict[str, x509.Certificate | None]" = field(
        default_factory=OrderedDict
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def prove(self, message: Mapping[str, str], topic: SnsTopic, now: datetime) -> None:
        """Raise UnprovenError unless Amazon signed the message of that topic.

        Raises SourceError where the certificate cannot be had just now.
        """
        url = message.get("SigningCertURL", "")
        place = f"https://{topic.host}"
        if not url.startswith(place) or not _CERTIFICATE.fullmatch(url[len(place) :]):
            raise UnprovenError("its certificate is not at the host of our topic")
        hash_of = _HASHES.get(message.get("SignatureVersion", ""))
        if hash_of is None:
            raise UnprovenError("it is not signed: is raw message delivery on?")
        key = self._key_at(url, now)
        try:
            signature = base64.b64decode(message.get("Signature", ""), validate=True)
            # SHA-1 is what Amazon signs with by default; a topic of ours can do better.
            key.verify(signature, _signed(message), PKCS1v15(), hash_of())
        except (InvalidSignature, binascii.Error) as problem:
            raise UnprovenError("it is not signed by Amazon SNS") from problem

    def _key_at(self, url: str, now: datetime) -> RSAPublicKey:
        if url not in self._certificates:
            self._keep(url)
        certificate = self._certificates.get(url)
        if certificate is None or not _is_amazons(certificate, now):
            raise UnprovenError("its certificate is none of Amazon SNS")
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise UnprovenError("its certificate has a key of another kind")
        return key

    def _keep(self, url: str) -> None:
        # One at a time: whoever names many others has them wait for nobody.
        if not self._lock.acquire(blocking=False):
            raise SourceError("a certificate is being fetched: come again later")
        try:
            self._certificates[url] = self._fetched(url)
            while len(self._certificates) > limits.SNS_CERTIFICATES:
                self._certificates.popitem(last=False)
        finally:
            self._lock.release()

    def _fetched(self, url: str) -> x509.Certificate | None:
        try:
            return x509.load_pem_x509_certificate(self.fetch(url))
        except ValueError:
            return None


def _is_amazons(certificate: x509.Certificate, now: datetime) -> bool:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    is_theirs = any(
        re.fullmatch(r"sns\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?", str(name.value))
        for name in names
    )
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return is_theirs and begins <= now <= ends


def _signed(message: Mapping[str, str]) -> bytes:
    is_notification = message.get("Type") == "Notification"
    names = _OF_NOTIFICATION if is_notification else _OF_CONFIRMATION
    lines = (f"{name}\n{message[name]}\n" for name in names if name in message)
    return "".join(lines).encode()

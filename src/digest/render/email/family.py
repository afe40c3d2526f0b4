"""The family of emails: HTML with plain text, or plain text alone."""

from digest.model.editions.compiled_message import Recipient
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import ATTACHED, TOO_HEAVY, Rendition
from digest.model.formats import Format, Preview
from digest.model.people.person import Addressee
from digest.model.posts.pictures import PictureUse
from digest.render.email.compile import (
    compile_email,
    preview_html,
    preview_text,
    render_email,
)
from digest.render.options import RenderOptions


class EmailFamily:
    """Makes compiled messages; see `render.families.FormatFamily`."""

    def picture_uses(self, fmt: Format) -> tuple[PictureUse, ...]:
        """Return the sizes that HTML shows."""
        uses = (PictureUse.EMAIL, PictureUse.EMAIL_SMALL, PictureUse.LOGO)
        return uses if fmt.has_html else ()

    def make(self, variant: Variant, options: RenderOptions) -> Rendition:
        """Return a compiled message, and which pictures belong inside it."""
        email = render_email(variant, options)
        return Rendition(
            email.message.to_bytes(),
            {ATTACHED: email.attached, TOO_HEAVY: email.too_heavy},
        )

    def preview(
        self,
        variant: Variant,
        preview: Preview,
        options: RenderOptions,
        addressee: Addressee,
    ) -> Rendition:
        """Return the HTML, the plain text, or the whole message."""
        # A preview leaves nobody: its link goes nowhere.
        recipient = Recipient(
            name=addressee.name,
            address=addressee.email or "nobody@example.org",
            reference="preview",
            leave_url="https://example.org/u/preview",
            choices_url="https://example.org/p/preview",
            consent=addressee.consent,
        )
        match preview.media_type.partition(";")[0]:
            case "text/html":
                content = preview_html(variant, options, recipient).encode()
            case "text/plain":
                content = preview_text(variant, options, recipient).encode()
            case "message/rfc822":
                content = compile_email(variant, options).merge(recipient)
            case unknown:
                raise LookupError(f"no email is shown as {unknown}")
        return Rendition(content, {})

"""The family of calls: a script that is said aloud, and a sheet to print it on."""

from digest.errors import NotFound
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import Rendition
from digest.model.formats import Format, Preview
from digest.model.people.person import Addressee
from digest.model.posts.pictures import PictureUse
from digest.render.calls.contents import script_of
from digest.render.calls.sheet import SheetEntry, SheetGroup, SheetHead, call_sheet
from digest.render.options import RenderOptions


class CallFamily:
    """Makes call scripts; see `render.families.FormatFamily`."""

    def picture_uses(self, _fmt: Format) -> tuple[PictureUse, ...]:
        """Show no picture: what one shows is said in words."""
        return ()

    def make(self, variant: Variant, options: RenderOptions) -> Rendition:
        """Return the script that the variant's callers share."""
        return Rendition(script_of(variant, options.shorten).to_bytes(), {})

    def preview(
        self,
        variant: Variant,
        _preview: Preview,
        options: RenderOptions,
        addressee: Addressee,
    ) -> Rendition:
        """Return the call sheet of one person alone."""
        if not addressee.phone:
            raise NotFound(f"no phone number is held for {addressee.name}: add one")
        script = script_of(variant, options.shorten)
        entry = SheetEntry("PREVIEW", addressee.name, addressee.phone)
        head = SheetHead(
            script.title,
            script.day,
            worried=variant.campaign.letter.phone,
            language=variant.campaign.language,
            is_proof=variant.is_proof,
        )
        group = SheetGroup(script, (entry,), head)
        pdf = call_sheet([group], options.templates_dir)
        return Rendition(pdf, {})

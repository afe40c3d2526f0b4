"""The form by which people sign up, as plain HTML for an organisation's own site."""

from html import escape

from digest.errors import DigestError
from digest.model.campaigns.campaign import Campaign
from digest.render.words.catalogue import words_for

_FORM = """\
<form method="post" action="{base}/subscribe/{name}/email">
<p><label for="digest-name">{your_name}</label><br>
<input id="digest-name" name="name" type="text" autocomplete="name" maxlength="200" \
required></p>
<p><label for="digest-email">{your_email}</label><br>
<input id="digest-email" name="email" type="email" autocomplete="email" \
maxlength="254" required></p>
<p hidden><label>{empty} <input name="website" type="text" tabindex="-1" \
autocomplete="off"></label></p>
<p>{by_pressing} “{wording}”</p>
<p><button type="submit">{button}</button></p>
<p><a href="{base}/subscribe/{name}">{otherwise}</a></p>
</form>
"""


def embedded_form(campaign: Campaign, base_url: str) -> str:
    """Return the form, without style or script: the site's own style is on it.

    Raises DigestError for a campaign that cannot be joined on the web.
    """
    if campaign.joining is None:
        raise DigestError(
            f"{campaign.name} cannot be joined on the web: add a [joining] table to "
            "its file"
        )
    words = words_for(campaign.language)
    parts = {
        "base": base_url,
        "name": campaign.name,
        "your_name": words.gettext("Your name"),
        "your_email": words.gettext("Your email address"),
        "empty": words.gettext("Leave this empty"),
        "by_pressing": words.gettext("By pressing the button you say:"),
        "wording": campaign.joining.wording,
        "button": words.gettext("Send me the news"),
        "otherwise": words.gettext("As a letter, in large print, or another way"),
    }
    return _FORM.format(**{name: escape(text) for name, text in parts.items()})

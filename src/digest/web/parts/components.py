"""GOV.UK's components in our templates: `{{ govuk.button({"text": "Save"}) }}`."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from jinja2 import Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

_PACKAGE = "govuk_frontend_jinja"
_MARKUP = ("html", "Html")


class GovukComponents:
    """The macros of govuk-frontend-jinja, each called by its name in our style.

    They leave out what a call does not say, so they have an environment of their own:
    in our templates a name that is not known stays an error. What they would write
    unescaped has to be markup already: raises TypeError for any other words.
    """

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        """Return the component of that name, such as `error_summary`."""
        if name.startswith("_"):
            raise AttributeError(name)
        macro = _macro(name)

        def component(params: Mapping[str, object], **caller: object) -> Markup:
            _refuse_words_as_markup(params)
            return Markup(macro(params, **caller)).strip()  # noqa: S704 - escaped by it

        return component


@lru_cache
def _macro(name: str) -> Callable[..., str]:
    file = f"{_PACKAGE}/components/{name.replace('_', '-')}/macro.html"
    module = _library().get_template(file).module
    macro: Callable[..., str] = getattr(module, "govuk" + name.title().replace("_", ""))
    return macro


@lru_cache
def _library() -> Environment:
    return Environment(
        loader=PrefixLoader({_PACKAGE: PackageLoader(_PACKAGE)}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _refuse_words_as_markup(value: object) -> None:
    if isinstance(value, Mapping):
        for key, words in value.items():
            if str(key).endswith(_MARKUP) and not isinstance(words, Markup | None):
                raise TypeError(f"{key} is written as it is: make markup of it first")
            _refuse_words_as_markup(words)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_words_as_markup(each)

"""Pictures for a letter: our own copies, grey and of the size they are printed at."""

from digest.model.posts.blocks import Picture
from digest.model.posts.pictures import Gallery, PictureUse, file_for
from digest.render.letter.typst_compiler import TypstCompiler


class LetterPictures:
    """Brings pictures into a press's job folder; nothing else is read or fetched."""

    def __init__(self, press: TypstCompiler, gallery: Gallery) -> None:
        self._press = press
        self._gallery = gallery
        self._taken: set[str] = set()

    def take(self, picture: Picture, use: PictureUse) -> str | None:
        """Return the name under which Typst shows the picture, or None."""
        file = file_for(picture, use, self._gallery)
        if file is None:
            return None
        name = f"{picture.kept}-{use}.{file.extension}"
        if name not in self._taken:
            (self._press.root / name).write_bytes(file.content)
            self._taken.add(name)
        return name

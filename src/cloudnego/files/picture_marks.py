"""The mark on a picture: faint and slanting all over it, and legible on a strip below it."""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageChops

from cloudnego.files.ink import fitting, line
from cloudnego.files.kinds import FileKind
from cloudnego.files.pictures import bare, encoded, opened

_SLANT: Final = 24
_FAINT: Final = 0.30  # of the ink: a page of text stays legible under it, and it is seen on white and on dark


def marked(content: bytes, kind: FileKind, mark: str) -> bytes:
    """The picture with the mark. Raises FileRefused."""
    image = bare(opened(content, kind))
    if image.mode == "L":
        image = image.convert("RGB")
    size = max(11, min(image.size) // 40)
    _slanting(image, line(mark, size))
    strip = fitting(mark, image.width - 4, max(11, min(28, image.width // 40)))
    taller = Image.new(image.mode, (image.width, image.height + strip.height + 8), "white")
    taller.paste(image, (0, 0))
    taller.paste("black", (2, image.height + 4), strip)
    return encoded(taller, kind)


def _slanting(image: Image.Image, text: Image.Image) -> None:
    """Lay the text over the whole of the picture in rows, dark with a light edge."""
    tile = text.rotate(_SLANT, expand=True, resample=Image.Resampling.BICUBIC)
    faint = tile.point([int(ink * _FAINT) for ink in range(256)])
    edge = ImageChops.subtract(ImageChops.offset(faint, 1, 1), faint).point([min(255, 2 * ink) for ink in range(256)])
    across, down = tile.width + text.height * 3, tile.height + text.height * 2
    for row, top in enumerate(range(-tile.height // 2, image.height, down)):
        for left in range(-tile.width // 2 + row % 2 * across // 2, image.width, across):
            image.paste("white", (left, top), edge)
            image.paste((70, 70, 70), (left, top), faint)

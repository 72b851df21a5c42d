"""The letters of a mark: drawn with the font that comes in a wheel, so that every machine draws the same."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_FACE: Final = 2  # of the five in the file: Simplified Chinese
_WEIGHT: Final = 500.0  # what a variable font gives unasked is Thin, which nobody could read at an angle


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("manimgx_fonts_cjk").joinpath("NotoSansCJK-VF.otf.ttc")) as place:
        font = ImageFont.truetype(place, size, index=_FACE)
    font.set_variation_by_axes([_WEIGHT])
    return font


def line(text: str, size: int) -> Image.Image:
    """One line of text as a mask (mode L, 255 where there is ink), letters `size` pixels high, cut to what is drawn."""
    left, top, right, bottom = _font(size).getbbox(text)
    image = Image.new("L", (max(1, int(right - left)) + 4, max(1, int(bottom - top)) + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, fill=255, font=_font(size))
    return image


def fitting(text: str, width: int, size: int) -> Image.Image:
    """The same, made narrower until it fits into `width` pixels."""
    drawn = line(text, size)
    if drawn.width <= width:
        return drawn
    return drawn.resize((max(1, width), max(6, drawn.height * width // drawn.width)))

"""Pictures: drawn anew when they come in, so that nothing is kept but what is seen."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from cloudnego.files.kinds import FileKind, FileRefused, Why

PIXELS_MAX: Final = 25_000_000
"""A sheet of A3 at 300 dpi is 17 million; at four bytes a pixel this is what a process of ours has room for."""

SIDE_MAX: Final = 20_000
QUALITY: Final = 90
_FORMATS: Final = {FileKind.PNG: ("PNG",), FileKind.JPEG: ("JPEG", "MPO")}


def opened(content: bytes, kind: FileKind) -> Image.Image:
    """The picture with nothing but its head read. Raises FileRefused."""
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            image: Image.Image = Image.open(BytesIO(content), formats=_FORMATS[kind])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise FileRefused(Why.PIXELS) from None
        except UnidentifiedImageError:
            raise FileRefused(Why.DAMAGED) from None
    if image.width * image.height > PIXELS_MAX or max(image.size) > SIDE_MAX:
        raise FileRefused(Why.PIXELS)
    return image


def bare(image: Image.Image) -> Image.Image:
    """The picture alone, upright, in 8 bits: no EXIF, profile, comment, thumbnail or second frame."""
    upright = ImageOps.exif_transpose(image)
    clear = upright.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in upright.info
    if upright.mode.startswith(("I", "F")):  # 16 bits of grey: PNG alone
        plain = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    else:
        plain = upright.convert("RGBA" if clear else "L" if upright.mode in ("1", "L") else "RGB")
    plain.info = {}
    return plain


def encoded(image: Image.Image, kind: FileKind) -> bytes:
    """The bytes of a bare picture."""
    out = BytesIO()
    if kind is FileKind.JPEG:
        (image.convert("RGB") if image.mode == "RGBA" else image).save(out, "JPEG", quality=QUALITY)
    else:
        image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def taken_in(content: bytes, kind: FileKind) -> bytes:
    """The picture as it is kept. Raises FileRefused."""
    return encoded(bare(opened(content, kind)), kind)

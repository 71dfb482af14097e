"""Typefaces of a film's text: Inter, and for what it lacks those that are found on the machine.

They are looked for where the user says (`--font`), and nowhere else then. Where the user says nothing: for Chinese in
the extra `attnviz[zh]`, then among the fonts of the system; for other scripts in the packages of fontpkg that are
installed, such as those of the extra `attnviz[scripts]`, then in every font of the system, sans serifs first. None is
fetched.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fontpkg
import uharfbuzz

from attnviz.errors import InputError, unknown_name

LATIN = "Inter"
CURE = (
    "pip install 'attnviz[zh]', or on Debian and Ubuntu apt install fonts-noto-cjk, or --font FILE"
)
_EXTRA, _EXTRA_FILE = "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_PREFERRED = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-VF.ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "SourceHanSans.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
)

_ODD = (
    "bold",
    "italic",
    "oblique",
    "black",
    "light",
    "thin",
    "condensed",
    "mono",
    "serif",
    "unifont",
)
"""What the names of fonts say that are taken last."""
_BOXES = ("lastresort", "adobeblank")
"""Fonts that have a box or nothing for every character."""
_PACKAGES = {
    "ARABIC": "fontpkg-noto-sans-arabic",
    "DEVANAGARI": "fontpkg-noto-sans-devanagari",
    "HEBREW": "fontpkg-heebo",
    "KHMER": "fontpkg-noto-sans-khmer",
    "TAMIL": "fontpkg-noto-sans-tamil",
    "TELUGU": "fontpkg-noto-sans-telugu",
    "THAI": "fontpkg-noto-sans-thai",
}


@dataclass(frozen=True)
class Typeface:
    """A font file and which of its faces, for files that hold several."""

    path: Path
    index: int = 0
    others: tuple[Typeface, ...] = ()
    """Typefaces for what this one lacks."""


@cache
def latin() -> Typeface:
    """Inter, from its package: the same on every machine."""
    return Typeface(Path(str(fontpkg.path(LATIN))))


@cache
def chinese() -> Typeface | None:
    """The best Chinese typeface of this machine; None where there is none."""
    spec = importlib.util.find_spec(_EXTRA)
    if spec is not None and spec.origin is not None:
        shipped = Path(spec.origin).with_name(_EXTRA_FILE)
        if shipped.is_file():
            return _simplified(shipped)
    files = _system_fonts()
    found = next((files[name.lower()] for name in _PREFERRED if name.lower() in files), None)
    return None if found is None else _simplified(found)


@cache
def other_typefaces() -> tuple[Typeface, ...]:
    """The typefaces of this machine besides Inter, for any script: those of packages, then those of the system."""
    found = []
    for path in [*_packaged_fonts(), *sorted(_system_fonts().values(), key=_rank)]:
        # What is no font, or cannot be read, is somebody else's.
        with suppress(InputError):
            found.append(_simplified(path))
    return tuple(found)


def package_of(character: str) -> str | None:
    """The package that brings a letter of its script; None if none is known.

    >>> package_of("ק"), package_of("ॐ")
    ('fontpkg-heebo', 'fontpkg-noto-sans-devanagari')
    """
    script = unicodedata.name(character, "").partition(" ")[0]
    return _PACKAGES.get(script)


def _packaged_fonts() -> Iterator[Path]:
    """Yields the regular font of each package of fontpkg, those that serve a script before others."""
    for name in sorted(
        fontpkg.families(), key=lambda name: (not name.startswith("Noto Sans"), name)
    ):
        if name != LATIN:
            with suppress(fontpkg.FontpkgError, OSError):
                yield Path(str(fontpkg.path(name, nearest=True)))


def _rank(file: Path) -> tuple[bool, bool, bool, str]:
    name = file.stem.lower()
    odd = any(each in name for each in _ODD)
    return odd, "notosans" not in name, "sans" not in name, name


def chosen(font: str) -> Typeface:
    """The typeface that a user names: a font file, or the name of one among the system's fonts, without its suffix.

    Raises InputError if there is none, naming the nearest, or if the file is no font.
    """
    path = Path(font)
    if path.suffix.lower() in _SUFFIXES or os.sep in font:
        if path.exists() and not path.is_file():
            raise InputError(f"--font {font}: not a file ({', '.join(_SUFFIXES)})")
        if not path.exists():
            raise InputError(f"--font {font}: no such file")
    else:
        names = {Path(name).stem: file for name, file in _system_fonts().items()}
        if font.lower() not in names:
            raise unknown_name("font", font, sorted(names) or ["no font is installed"])
        path = names[font.lower()]
    try:
        return _simplified(path)
    except InputError:
        raise InputError(f"--font {font}: not a font file ({', '.join(_SUFFIXES)})") from None


def _simplified(path: Path) -> Typeface:
    """The face of a collection that has the forms of simplified Chinese; the first where none says so."""
    try:
        blob = uharfbuzz.Blob.from_file_path(str(path))
        faces = range(uharfbuzz.Face(blob).count)
        families = [
            uharfbuzz.Face(blob, i).get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY) or ""
            for i in faces
        ]
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a font: {error}") from error
    if not families or uharfbuzz.Face(blob).glyph_count == 0:
        raise InputError(f"{path} is not a font")
    marked = (i for i, family in enumerate(families) if " SC" in f"{family} " or " CN" in family)
    return Typeface(path, next(marked, 0))


def _system_fonts() -> dict[str, Path]:
    """Every font file of the system and the user, by its name in small letters."""
    return {
        file.name.lower(): file
        for folder in _font_folders()
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in _SUFFIXES and file.is_file()
        if not file.stem.lower().startswith(_BOXES)
    }


def _font_folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    elif sys.platform == "win32":
        folders = [Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
    else:
        data = Path(os.environ.get("XDG_DATA_HOME", home / ".local/share"))
        shared = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
        folders = [*(Path(each) / "fonts" for each in shared), home / ".fonts", data / "fonts"]
    return (folder for folder in folders if folder.is_dir())

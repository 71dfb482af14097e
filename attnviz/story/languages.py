"""The languages: one record each, of all that a view must know besides the words."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from attnviz.errors import unknown_name
from attnviz.records import record

_PACKAGE = Path(__file__).parents[1]


@record
class Language:
    """A language; its words are files named by its code, below `root`."""

    code: str
    """The code by which users choose it, "en"."""
    name: str
    """The name in the language itself, as players list subtitles."""
    spoken_name: str
    """The English name of its voice: "Mandarin"."""
    iso_639_2: str
    """The code of three letters that MP4 wants."""
    caption_length: int
    """Characters of a line of a caption that are read at one glance."""
    reading_speed: float
    """Characters a second."""
    voices: tuple[str, ...]
    """The voices of espeak-ng by name, the best first."""
    speaking_speed: int
    """A lecturer's calm pace in espeak-ng's words a minute, which of a Chinese word makes something else."""
    columns: int = 1
    """Columns of a terminal that its characters take."""
    has_blanks: bool = True
    """True if blanks separate its words. If not, a line may end after any punctuation mark."""
    numerals: Literal["digits", "chinese"] = "digits"
    """The form in which a voice gets numbers."""
    foreign: tuple[str, str] | None = None
    """A pattern of what its voice cannot say, and the code of the language whose voice says it."""
    letter_a: str = ""
    """espeak-ng's phonemes for the letter A, where A is a word too: inside a sentence it is a matrix."""
    latex_class: str = "article"
    latex_packages: tuple[str, ...] = ()
    """Lines of a preamble that its script needs."""
    root: Path = _PACKAGE
    """The folder that has its story/i18n/CODE.toml, lessons/LESSON/CODE.toml and lecture/start.CODE.toml."""

    @property
    def common_words(self) -> Path:
        """The file of the words that views and lessons share."""
        return self.root / "story" / "i18n" / f"{self.code}.toml"

    @property
    def lecture_start(self) -> Path:
        """The commented start of a lecture file."""
        return self.root / "lecture" / f"start.{self.code}.toml"

    def lesson_words(self, lesson: str) -> Path:
        """The file of the words of a lesson of the package, by its name."""
        return self.root / "lessons" / lesson.replace("-", "_") / f"{self.code}.toml"


ENGLISH = Language(
    code="en",
    name="English",
    spoken_name="English",
    iso_639_2="eng",
    caption_length=60,
    reading_speed=15.0,
    voices=("en-us", "en-gb", "en"),
    speaking_speed=150,
    foreign=("([\u3400-\u9fff]+)", "zh"),
    letter_a="[[eI]]",
)
CHINESE = Language(
    code="zh",
    name="中文",
    spoken_name="Mandarin",
    iso_639_2="zho",
    caption_length=28,
    reading_speed=5.0,
    # espeak-ng 1.51 makes pinyin of Chinese characters, which its voice cmn then reads as English words ("hao two"):
    # https://github.com/espeak-ng/espeak-ng/issues/1236. Where there are two voices, the first one does not.
    voices=("cmn-latn-pinyin", "cmn"),
    speaking_speed=180,
    columns=2,
    has_blanks=False,
    numerals="chinese",
    # single letters are symbols, which a Chinese voice names as Chinese speakers do
    foreign=(r"([A-Za-z]{2,}(?:[’'\s-]+[A-Za-z]{2,})*)", "en"),
    latex_class="ctexart",
)
_RECORDS = {each.code: each for each in (ENGLISH, CHINESE)}
LANGUAGES = tuple(_RECORDS)
"""The codes of the languages of the package; the first is what is meant where none is named."""


def language(code: str) -> Language:
    """The record of a language. Raises InputError for an unknown code.

    >>> language("zh").caption_length
    28
    """
    if code not in _RECORDS:
        raise unknown_name("language", code, language_codes())
    return _RECORDS[code]


def language_codes() -> tuple[str, ...]:
    """The codes of all languages, with those that were registered."""
    return tuple(_RECORDS)


def register_language(record: Language) -> None:
    """Adds a language, or puts another record in the place of one with that code."""
    _RECORDS[record.code] = record

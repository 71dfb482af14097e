"""Text of others, made harmless where it is shown: titles, tokens, file names, provenance, messages.

The data keep what was typed. What a screen, a browser or a player would obey instead of showing is replaced only on its
way out: control characters (an escape sequence moves the cursor and renames the window), characters that turn the
direction of writing (U+202E shows a name backwards), and halves of characters that cannot be written as UTF-8.
"""

from __future__ import annotations

import re

_OBEYED = (
    "\x00-\x1f\x7f-\x9f"  # C0, delete, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # the direction of writing
    "\u2028\u2029"  # line breaks to some programs and not to others
    "\ufff9-\ufffb\U000e0001-\U000e007f"  # annotations and tags, which hide text
    "\ud800-\udfff"  # halves of characters
    "\ufffe\uffff"  # no characters at all, and not allowed in XML
)
_UNSAFE = f"[{_OBEYED}]"
"""A pattern. It is compiled by whoever meets a text that may hold such characters, not whenever the program starts."""
_WHITE = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_BETWEEN_STRINGS = frozenset("\n\r\t")
"""White space of JSON: in its strings there is none of it."""
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
"""A flag of a region, such as Scotland's, is written with tags."""

REPLACEMENT = "\ufffd"


def safe_text(text: str, *, lines: bool = False, named: bool = False) -> str:
    r"""The text with nothing in it that a screen would obey: each such character becomes �.

    White space that is not a blank becomes a blank; `lines` keeps line breaks. `named` writes the code of each
    character in place of �, as messages do. A text without such characters comes back as it is.

    >>> safe_text("a\x1b[31mb\u202ec\td"), safe_text("a\nb\r", lines=True)
    ('a�[31mb�c d', 'a\nb ')
    >>> safe_text("a\x1b[31mb\u202e", named=True)
    'a\\x1b[31mb\\u202e'
    """
    # most texts are printable, which is quickly seen
    if text.isprintable() or re.search(_UNSAFE, text) is None:
        return text
    flags = {place for flag in re.finditer(_FLAG, text) for place in range(*flag.span())}

    def harmless(match: re.Match[str]) -> str:
        character = match[0]
        if match.start() in flags or (lines and character == "\n"):
            return character
        if character in _WHITE:
            return " "
        return _code(character) if named else REPLACEMENT

    return re.sub(_UNSAFE, harmless, text)


def safe_json(text: str) -> str:
    r"""A JSON document that says the same, with such characters in its strings as \u escapes.

    >>> safe_json('["\u202e\u00e9"]')
    '["\\u202eé"]'
    """
    return re.sub(_UNSAFE, _json_code, text)


def _json_code(match: re.Match[str]) -> str:
    if match[0] in _BETWEEN_STRINGS:
        return match[0]
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[i : i + 2]):04x}" for i in range(0, len(units), 2))


def _code(character: str) -> str:
    """The code of a character as Python writes it."""
    code = ord(character)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )

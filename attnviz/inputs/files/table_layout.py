r"""The layout of a table's text: what parts its cells and its rows, and what stands around them.

Besides commas, semicolons and tabs these part cells: full-width ， ； 、 ｜, the bar |, and spaces of any kind between
numbers or between a label and numbers. Rows may stand in brackets, as [1, 2], [3, 4] or as NumPy prints them, or be
parted by semicolons, as in 1 2; 3 4. Lines that begin with # and do not fit the others are comments.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from attnviz.inputs.files.reading import check_table_size
from attnviz.inputs.files.written_numbers import plain_number
from attnviz.records import record

SPACE = " "
_MARKS = "\t;,"
_OTHER_MARKS = "；，|｜、"
_QUOTED = re.compile(r'"[^"]*+"')
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:\s\d{3})+(?:[.,]\d*)?")
_OPENING = re.compile(r"\s*(?:(?:np\.|numpy\.|torch\.)?(?:array|tensor|matrix)\s*\(\s*)?[\[({]")
_GROUP = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_AROUND = re.compile(
    r"\s*(?:(?:np\.|numpy\.|torch\.)?(?:array|tensor|matrix)\s*)?[\[({\s,;]*"
    r"[\])}\s,;]*(?:dtype=[\w.]+\s*)?[\])}\s,;]*\Z"
)
_PLAIN_BRACKETS = str.maketrans("（）［］【】｛｝，；　", "()[][]{},; ")
_ALL_SPACES = re.compile(r"[^\S\r\n]")
_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")
NAMES = {"\t": "tab", SPACE: "space"}
"""Names of the marks that cannot be seen."""


@record
class Layout:
    """A text without what stands around its table, the mark between its cells, and what was found."""

    text: str
    mark: str
    ways: tuple[tuple[str, str], ...] = ()
    rows: Sequence[tuple[int, Sequence[str]]] | None = None
    """The rows, each with the number of its line, where lines are none."""


def layout_of(text: str, where: str, mark: str | None) -> Layout:
    """The layout of a text; `mark` is what parts its cells if that is known.

    >>> layout_of("猫｜1\\n", "x.csv", None).mark, layout_of("[1,2],[3,4]", "x.csv", None).rows
    ('｜', [(1, ['1', '2']), (1, ['3', '4'])])
    """
    if mark is None:
        for found in (_in_brackets(text, where), _in_one_line(text)):
            if found is not None:
                return found
    text, comments = _without_comments(text, mark)
    ways = [("comments", comments)] if comments else []
    chosen = mark or sniffed_mark(text)
    if chosen == "|" and mark is None:
        text = _without_frame(text)
    if chosen == SPACE and not text.isascii():
        kinds = dict.fromkeys(_ALL_SPACES.findall(text))
        text = _ALL_SPACES.sub(SPACE, text)
        shown = ", ".join(NAMES.get(each) or character_name(each) for each in kinds)
        if any(not each.isascii() for each in kinds):
            ways.append(("separator", shown))
            return Layout(text, chosen, tuple(ways))
    if mark is None and (chosen in _OTHER_MARKS or (chosen == SPACE and not _is_numbers(text))):
        ways.append(("separator", NAMES.get(chosen, chosen)))
    return Layout(text, chosen, tuple(ways))


def sniffed_mark(text: str) -> str:
    """The mark between the cells of the first line, outside of quotes.

    >>> sniffed_mark("1;2"), sniffed_mark("1 2"), sniffed_mark("cat 1 2"), sniffed_mark("cat"), sniffed_mark("猫，1")
    (';', ' ', ' ', ',', '，')
    """
    first, second = (*islice(_first_lines(text), 2), "", "")[:2]
    plain = _QUOTED.sub("", first)
    found = next((mark for mark in _MARKS if mark in plain), None)
    if found:
        return found
    words = first.split()
    if len(words) > 1 and all(map(_is_number, words)) and not _THOUSANDS.fullmatch(first.strip()):
        return SPACE
    for mark in _OTHER_MARKS:
        if mark in plain and (not second or mark in second):
            return mark
    if _is_labelled(first) or (_is_labelled(second) and len(second.split()) - len(words) in (0, 1)):
        return SPACE
    return ","


def character_name(character: str) -> str:
    """The code and the name of a character.

    >>> character_name("，")
    'U+FF0C (fullwidth comma)'
    """
    return f"U+{ord(character):04X} ({unicodedata.name(character, '?').lower()})"


def _is_labelled(line: str) -> bool:
    """Tells whether spaces part a label and two numbers or more, or a label without digits and one."""
    label, *numbers = line.split() or [""]
    if not numbers or _is_number(label) or not all(map(_is_number, numbers)):
        return False
    return len(numbers) > 1 or not any(each.isdigit() for each in label)


def _is_numbers(text: str) -> bool:
    first = next(_first_lines(text), "")
    return all(map(_is_number, first.split()))


def _is_number(word: str) -> bool:
    return _NUMBER.fullmatch(plain_number(word)) is not None


def _first_lines(text: str) -> Iterator[str]:
    """The lines that are not blank, without their ends."""
    return (line.rstrip("\r\n") for line in io.StringIO(text, newline=None) if line.strip())


def _in_brackets(text: str, where: str) -> Layout | None:
    """The rows of a text that holds nothing but rows of numbers in brackets, else None."""
    if not _OPENING.match(text[:200].translate(_PLAIN_BRACKETS)):
        return None
    plain = text.translate(_PLAIN_BRACKETS)
    check_table_size(sum(plain.count(each) for each in "])}"), 1, where)
    if not _AROUND.fullmatch(_GROUP.sub("", plain)):
        return None
    groups = list(_GROUP.finditer(plain))
    parts = [(group.start(1), group[1]) for group in groups]
    if len(parts) == 1 and ";" in parts[0][1]:  # as MATLAB writes rows
        parts = [(parts[0][0], each) for each in parts[0][1].split(";")]
    rows = []
    line, seen = 1, 0
    for start, content in parts:
        line, seen = line + plain.count("\n", seen, start), start
        cells = re.split(r"\s*,\s*|\s+", content.strip(", \t\r\n"))
        # (1) alone is how accounts write −1
        if len(cells) < 2 or not all(map(_is_number, cells)):
            return None
        rows.append((line, cells))
    if not groups:
        return None
    shown = f"{plain[groups[0].start()]}…{plain[groups[0].end() - 1]}"
    return Layout(text, ",", (("brackets", shown),), rows)


def _in_one_line(text: str) -> Layout | None:
    """The rows of numbers parted by spaces that semicolons part, as 1 2; 3 4, else None."""
    first = next(_first_lines(text), "")
    if ";" not in first or '"' in first or not any(map(str.isspace, first.split(";")[0].strip())):
        return None
    rows = []
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        for part in line.split(";"):
            cells = part.split()
            if not cells:
                continue
            if len(cells) < 2 or not all(map(_is_number, cells)):
                return None
            if _THOUSANDS.fullmatch(part.strip()):  # 1 234 may be one number
                return None
            rows.append((number, cells))
    return Layout(text, SPACE, (("row_marks", ";"),), rows)


def _without_comments(text: str, mark: str | None) -> tuple[str, str]:
    """The text with its comments left blank, and the lines that they are: "line 1".

    A comment begins with # and has fewer or more cells than other lines, or stands above a line without numbers.
    A label may begin with # too.
    """
    if not (text.lstrip().startswith("#") or "\n#" in text or "\r#" in text):
        return text, ""
    lines = list(io.StringIO(text, newline=""))
    others = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not others:
        return text, ""
    chosen = mark or sniffed_mark("".join(others[:2]))
    width = _width(others[0], chosen)
    is_above_header = not any(map(_is_number, _QUOTED.sub("", others[0]).split(chosen)))
    found = []
    in_data = False
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.lstrip().startswith("#"):
            in_data = True
        elif _width(line, chosen) != width or (is_above_header and not in_data):
            found.append(index + 1)
            lines[index] = line[len(line.rstrip("\r\n")) :] or "\n"
    if not found:
        return text, ""
    listed = ", ".join(map(str, found[:8])) + (", …" if len(found) > 8 else "")
    return "".join(lines), f"line{'s' if len(found) > 1 else ''} {listed}"


def _width(line: str, mark: str) -> int:
    plain = _QUOTED.sub("", line).rstrip("\r\n")
    return len(plain.split()) if mark == SPACE else plain.count(mark) + 1


def _without_frame(text: str) -> str:
    """A table in Markdown without the bars at both ends of lines and without the rule below its header."""
    lines = list(io.StringIO(text, newline=""))
    full = [line.strip() for line in lines if line.strip()]
    if not all(len(line) > 1 and line[0] == line[-1] == "|" for line in full):
        return text
    return "".join(
        "\n" if _RULE.fullmatch(line.strip()) else f"{line.strip()[1:-1]}\n" for line in lines
    )

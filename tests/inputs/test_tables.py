"""Tables as spreadsheets, editors and other programs write them."""

import io
import tracemalloc
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.core.provenance import WAYS, Reading
from attnviz.errors import EnvironmentFault, InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.vectors import read_vectors
from attnviz.inputs.files import tables
from attnviz.inputs.files.sheets import read_sheet
from attnviz.inputs.files.tables import read_table
from attnviz.story.i18n import words
from attnviz.story.reading_notes import reading_notes

NARROW, WIDE = "U+202F (narrow no-break space)", "fullwidth"
PLAIN = [[1.5, -2.0], [3.0, 1234.5]]


def written(tmp_path, content, name="x.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def ways(read):
    return {each.way: each.detail for each in read.readings}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1.5,-2\n3,1234.5\n", {}),
        ("\ufeff1.5,-2\r\n3,1234.5\r\n", {}),
        ("1.5;-2\n3;1234.5\n", {}),
        ("1.5\t-2\n3\t1234.5\n", {}),
        ("1,5;-2\n3;1234,5\n", {"separator": ";", "decimal_commas": ""}),
        ("1,5;-2,0\n3,0;1.234,5\n", {"separator": ";", "decimal_commas": ""}),
        ("1,5\t-2\n3\t1234,5\n", {"separator": "tab", "decimal_commas": ""}),
        ("1,500;-2,000\n3,000;1234,500\n", {"separator": ";", "decimal_commas": ""}),
        ("sep=;\n1.5;-2\n3;1234.5\n", {"separator": ";"}),
        ("sep=;\r\n1,5;-2\r\n3;1234,5\r\n", {"separator": ";", "decimal_commas": ""}),
        ("SEP=,\n1.5,-2\n3,1234.5\n", {"separator": ","}),
        ("sep=|\n1.5|-2\n3|1234.5\n", {"separator": "|"}),
        ('1.5,-2\n3,"1,234.5"\n', {"thousands": "1,234.5"}),
        ("1.5;-2\n3;1,234.5\n", {"thousands": "1,234.5"}),
        ("1.5,−2\n3,1234.5\n", {"characters": "U+2212 (minus sign)"}),
        ("1.5,-2\n3,1\u00a0234.5\n", {"characters": "U+00A0 (no-break space)"}),
        ("1.5,-2\n\u00a03,1\u202f234.5\u00a0\n", {"characters": f"U+00A0 (no-break space), {NARROW}"}),
        ("1,5;-2\n3;1\u202f234,5\n", {"separator": ";", "decimal_commas": "", "characters": NARROW}),
        ("1.5,－2\n３,1234.5\n", {"characters": f"U+FF0D ({WIDE} hyphen-minus), U+FF13 ({WIDE} digit three)"}),
        ("1.5,—2\n3,1234.5\n", {"characters": "U+2014 (em dash)"}),
        ("1.5,-\u00a02\n3,1234.5\n", {"characters": "U+00A0 (no-break space)"}),
        ("1.5\u200b,-2\n3,\u200e1234.5\n", {"characters": "U+200B (zero width space), U+200E (left-to-right mark)"}),
        ("1.5,-2\n3,1234.5\n".encode("utf-16"), {"encoding": "UTF-16"}),
        ("1.5;-2\n3;1234.5\n".encode("utf-16-le"), {"encoding": "UTF-16"}),
        ("1.5\t-2\n3\t1234.5\n".encode("utf-16-be"), {"encoding": "UTF-16"}),
        (",1.5,-2\n,3,1234.5\n", {"empty_column": ""}),
    ],
)  # fmt: skip
def test_each_way_to_write_the_same_numbers_gives_them_and_says_what_was_understood(
    tmp_path, content, said
):
    read = read_vectors(written(tmp_path, content))

    assert read.x.tolist() == PLAIN
    assert read.tokens is None
    assert ways(read) == said
    assert {each.file for each in read.readings} <= {"x.csv"}


@pytest.mark.parametrize(
    ("encoding", "labels", "said"),
    [
        ("utf-8", ("猫", "café"), None),
        ("utf-8-sig", ("猫", "café"), None),
        ("utf-16", ("猫", "café"), "UTF-16"),
        ("gb18030", ("小猫", "的"), "GB18030"),
        ("gbk", ("注意力", "镕"), "GB18030"),
        ("cp1252", ("café", "Müller"), "Windows-1252"),
        ("cp1252", ("été", "naïve"), "Windows-1252"),
        ("cp1252", ("€", "größer"), "Windows-1252"),
        ("latin-1", ("Ångström", "señor"), "Windows-1252"),
        ("cp1252", ("Grüße", "Tee"), "Windows-1252"),
        ("cp1252", ("süß", "sauer"), "Windows-1252"),
        ("cp1252", ("Größe", "Gewicht"), "Windows-1252"),
        ("cp1252", ("coração", "nação"), "Windows-1252"),
        ("cp1252", ("créée", "chat"), "Windows-1252"),
        ("cp1252", ("yö", "pää"), "Windows-1252"),
        ("cp1252", ("pel·lícula", "°C"), "Windows-1252"),
        ("gbk", ("堃", "镕"), "GB18030"),
        ("gbk", ("朱镕基", "鲨"), "GB18030"),
        ("gb18030", ("𠮷", "㐀"), "GB18030"),
        ("gb18030", ("猫 cat", "X光"), "GB18030"),
        ("utf-32", ("猫", "café"), "UTF-32"),
        ("utf-16-le", ("猫", "狗"), "UTF-16"),
        ("utf-16-be", ("猫", "café"), "UTF-16"),
    ],
)
def test_labels_come_back_from_every_encoding(tmp_path, encoding, labels, said):
    text = "".join(f"{label},{i},2\n" for i, label in enumerate(labels))

    read = read_vectors(written(tmp_path, text.encode(encoding)))

    assert read.tokens == labels
    way = "encoding" if said in ("UTF-16", "UTF-32") else "guessed"
    assert ways(read).get(way) == said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1,5;2.5\n3;4\n", "line 1, column 1: '1,5' is not a number: write a decimal point"),
        (
            "1,5;2\n3;4.25\n",
            "line 1, column 1: '1,5' is not a number: write a decimal point",
        ),
        (
            "1,5;2\n3;1.234\n",
            "line 1, column 1: '1,5' is not a number: write a decimal point",
        ),
        ('1,"2,5"\n', "line 1, column 2: '2,5' is not a number: write a decimal point"),
        ("1,234\t2,345\n", "line 1, column 1: '1,234' is not a number: write a decimal point"),
        ("1,1 234\n", "line 1, column 2: '1 234' is not a number: put a number such as 0.5 there"),
        ("sep=;\n1;2\n3;x\n", "line 3, column 2: 'x' is not a number"),
        ("1,2\n3,−\n", "line 2, column 2: '−' is not a number"),
        (b"\xff\xfe1\x00,", "begins as UTF-16 and is not"),
        (b"\xef\xbb\xbf \n", "is empty"),
        ("token,a\ncat,1\n,2\n", "line 3, column 1: the label is empty: name the row there"),
    ],
)
def test_a_number_that_may_be_two_is_refused_with_its_place(tmp_path, content, message):
    path = written(tmp_path, content)

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert str(caught.value).startswith(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "rows", "tokens", "said"),
    [
        (",1,0\ncat,0,1\nmat,1,1\n", [[1, 0], [0, 1], [1, 1]], ("1", "cat", "mat"), {"first_row": "line 1 (“1”)"}),
        (",1,0\n,0,1\n", [[1, 0], [0, 1]], None, {"empty_column": ""}),
        (",0,1\n,1,0\n", [[0, 1], [1, 0]], None, {"empty_column": ""}),
        (",1,0\n", [[1, 0]], None, {"empty_column": ""}),
        (",0,1\ncat,5,6\n", [[5, 6]], ("cat",), {"header": "line 1: 0, 1"}),
        ("token,0,1\ncat,5,6\n", [[5, 6]], ("cat",), {"header": "line 1: 0, 1"}),
        (",a,b\ncat,5,6\n", [[5, 6]], ("cat",), {}),
        (",0,1\n0,5,6\n1,7,8\n", [[5, 6], [7, 8]], ("0", "1"), {"header": "line 1: 0, 1"}),
        (",a,b\n0,5,6\n1,7,8\n", [[5, 6], [7, 8]], ("0", "1"), {}),
        ("0,1\n5,6\n", [[0, 1], [5, 6]], None, {"first_row": "line 1: 0, 1"}),
        ("0,1\n1.0,0.5\n", [[0, 1], [1, 0.5]], None, {"first_row": "line 1: 0, 1"}),
        ("1,2,3\n1.0,0.5,2\n", [[1, 2, 3], [1, 0.5, 2]], None, {"first_row": "line 1: 1, 2, 3"}),
        ("0,1\n1,0\n", [[0, 1], [1, 0]], None, {}),
        ("0,1,2\n3,4,5\n", [[0, 1, 2], [3, 4, 5]], None, {}),
        ("1,2\n3,4\n", [[1, 2], [3, 4]], None, {}),
        ("0,1\n", [[0, 1]], None, {}),
        (",10,20\ncat,5,6\n", [[5, 6]], ("cat",), {"header": "line 1: 10, 20"}),
        (",2023,2024\ncat,5,6\n", [[5, 6]], ("cat",), {"header": "line 1: 2023, 2024"}),
        (",5,9\ncat,5,6\n", [[5, 9], [5, 6]], ("1", "cat"), {"first_row": "line 1 (“1”)"}),
        ("token,7,3\ncat,5,6\n", [[5, 6]], ("cat",), {"header": "line 1: 7, 3"}),
        ("词,1,2\n猫,5,6\n", [[5, 6]], ("猫",), {"header": "line 1: 1, 2"}),
        ("Wort,1st,2\nTee,5,6\n", [[5, 6]], ("Tee",), {"header": "line 1: 1st, 2"}),
        ("0,1,2\ncat,5,6\ntea,7,8\n", [[5, 6], [7, 8]], ("cat", "tea"), {"header": "line 1: 1, 2"}),
        ("cat,1,2\ndog,5,6\n", [[1, 2], [5, 6]], ("cat", "dog"), {}),
        ("id,a,b\n7,5,6\n", [[5, 6]], ("7",), {"label_column": "column 1 (id)"}),
        ("# a,b\n5,6\n", [[5, 6]], None, {}),
        ('"a","b"\n"cat",5,6\n', [[5, 6]], ("cat",), {}),
        (",,1,0\n,a,0,1\n", None, None, None),
    ],
)  # fmt: skip
def test_a_first_row_of_numbers_is_data_and_what_was_taken_for_a_header_is_said(
    tmp_path, content, rows, tokens, said
):
    path = written(tmp_path, content)
    if rows is None:
        with pytest.raises(InputError):
            read_vectors(path)
        return

    read = read_vectors(path)

    assert read.x.tolist() == rows
    assert read.tokens == tokens
    assert ways(read) == said


X, LABELS = [[1, 0.5], [2, -1]], ("cat", "dog")


@pytest.mark.parametrize(
    ("content", "tokens", "said"),
    [
        ("token;a;b;\ncat;1;0.5;\ndog;2;-1;\n", LABELS, {"trailing": ";"}),
        ("cat;1;0.5;;\ndog;2;-1;;\n", LABELS, {"trailing": ";"}),
        ("1,0.5,\n2,-1,\n", None, {"trailing": ","}),
        ("token,a,b\ncat,1,0.5,\ndog,2,-1,\n", LABELS, {"trailing": ","}),
        ("cat，1，0.5\ndog，2，-1\n", LABELS, {"separator": "，"}),
        ("cat；1；0.5\ndog；2；-1\n", LABELS, {"separator": "；"}),
        ("cat、1、0.5\ndog、2、-1\n", LABELS, {"separator": "、"}),
        ("cat｜1｜0.5\ndog｜2｜-1\n", LABELS, {"separator": "｜"}),
        ("1　0.5\n2　-1\n", None, {"separator": "U+3000 (ideographic space)"}),
        ("1\u20090.5\n2\u2009-1\n", None, {"separator": "U+2009 (thin space)"}),
        ("cat 1 0.5\ndog 2 -1\n", LABELS, {"separator": "space"}),
        ("token a b\ncat  1 0.5\ndog  2  -1\n", LABELS, {"separator": "space"}),
        ("       a    b\ncat    1  0.5\ndog    2 -1.0\n", LABELS, {"separator": "space"}),
        ("cat|1|0.5\ndog|2|-1\n", LABELS, {"separator": "|"}),
        ("| token | a | b |\n|:---|---:|--|\n| cat | 1 | 0.5 |\n| dog | 2 | -1 |\n", LABELS, {"separator": "|"}),
        ("[[1,0.5],[2,-1]]", None, {"brackets": "[…]"}),
        ("[1,0.5],[2,-1]", None, {"brackets": "[…]"}),
        ("[[ 1.   0.5]\n [ 2.  -1. ]]\n", None, {"brackets": "[…]"}),
        ("tensor([[ 1.0, 0.5],\n        [ 2.0, -1.0]], dtype=torch.float64)", None, {"brackets": "[…]"}),
        ("(1,0.5)\n(2,-1)\n", None, {"brackets": "(…)"}),
        ("（1，0.5）\n（2，-1）\n", None, {"brackets": "(…)"}),
        ("[1 0.5; 2 -1]", None, {"brackets": "[…]"}),
        ("1 0.5; 2 -1\n", None, {"row_marks": ";"}),
        (",token,a,b\n0,cat,1,0.5\n1,dog,2,-1\n", LABELS, {"margin": "column 2"}),
        ("index,word,a,b\n1,cat,1,0.5\n2,dog,2,-1\n", LABELS, {"margin": "column 2"}),
        ("# made today\ncat,1,0.5\n# more\ndog,2,-1\n", LABELS, {"comments": "lines 1, 3"}),
        ("# a b\n1.0 0.5\n2.0 -1.0\n", None, {"comments": "line 1"}),
        ("# one, two, three\ntoken,a,b\ncat,1,0.5\ndog,2,-1\n", LABELS, {"comments": "line 1"}),
    ],
)  # fmt: skip
def test_each_layout_that_has_one_meaning_is_read_and_said(tmp_path, content, tokens, said):
    read = read_vectors(written(tmp_path, content))

    assert read.x.tolist() == X
    assert read.tokens == tokens
    assert ways(read) == said


@pytest.mark.parametrize(
    "labels",
    [("#", "##ing"), ("(", ")"), ("[", "]"), ("[CLS]", "[SEP]"), ("{", "}"), ("[1]", "[2]")],
)
def test_brackets_and_hashes_as_labels_are_labels(tmp_path, labels):
    read = read_vectors(written(tmp_path, f"{labels[0]},1,0.5\n{labels[1]},2,-1\n"))

    assert (read.x.tolist(), read.tokens, read.readings) == (X, labels, ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("cat,1，0.5\ndog,2，-1\n", "line 1, column 2: '1，0.5' is not a number: it holds U+FF0C (fullwidth comma)"),
        ("cat，1,0.5\ndog，2,-1\n", "column 1: 'cat，1' is a label and a number: it holds U+FF0C"),
        ("New York 1 2\nRome 3 4\n", "no numbers beside the label; part cells with a comma, a semicolon or a tab"),
        ("1 234\n2 345\n", "line 1, column 1: '1 234' is not a number"),
        ("1 234; 2 345\n", "line 1, column 1: '1 234' is not a number"),
        ("[1,2]\n[3]\n", "line 2: 1 cells where line 1 has 2; column 2 is missing"),
        ("[[1,2],[3,4,5]]", "line 1: 3 cells where line 1 has 2; column 3 is one too many"),
        (",token,a\n0,cat,1\n1,dog,x\n", "line 3, column 3: 'x' is not a number"),
        (",token,a\n0,cat,1\n5,dog,2\n", "line 2, column 2: 'cat' is not a number"),
        ("cat,1,\ndog,2,3\n", "line 1, column 3: the cell is empty: put a number there"),
        ("cat,TRUE,FALSE\ndog,false,true\n", "line 1, column 2: 'TRUE' is not a number: write 1 for true"),
    ],
)  # fmt: skip
def test_a_layout_that_may_mean_two_things_is_refused_with_a_cure(tmp_path, content, message):
    with pytest.raises(InputError) as caught:
        read_vectors(written(tmp_path, content))

    assert message in str(caught.value)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(FINITE, min_size=width, max_size=width), min_size=1)
    ),
    st.sampled_from(["-", "−"]),
)
def test_numbers_with_decimal_commas_are_read_back_bit_for_bit(rows, minus):
    text = "\n".join(";".join(map(repr, row)) for row in rows)

    table = read_table(text.replace(".", ",").replace("-", minus), "x.csv", delimiter=";")

    assert table.values.tolist() == rows


@given(st.lists(st.floats(-1e12, 1e12).map(lambda number: round(number, 2)), min_size=1))
def test_numbers_with_commas_between_thousands_are_read_back_bit_for_bit(column):
    text = "\n".join(f'"{number:,.2f}",0' for number in column)

    assert read_table(text, "x.csv").values[:, 0].tolist() == column


def test_punctuation_as_labels_is_neither_decimal_comma_nor_point(tmp_path):
    read = read_vectors(written(tmp_path, "cat;1,5\n,;2\n.;3,25\n"))

    assert read.tokens == ("cat", ",", ".")
    assert read.x.tolist() == [[1.5], [2], [3.25]]


def test_a_separator_within_quotes_is_none(tmp_path):
    read = read_vectors(written(tmp_path, '"a;b",1,2\n"c",3,4\n'))

    assert (read.tokens, read.x.tolist()) == (("a;b", "c"), [[1, 2], [3, 4]])


def test_a_table_is_read_in_less_than_ten_times_its_size():
    text = (",".join(["0.25"] * 500) + "\n") * 1700  # 4.25 MB
    tracemalloc.start()

    read = read_table(text, "x.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read.values.shape == (1700, 500)
    assert most < 10 * len(text)


def test_more_rows_than_attention_can_hold_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = written(tmp_path, "1\n" * (tables.MOST_ROWS + 1))
    monkeypatch.setattr(tables, "_rows", None)  # what would read them

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert str(caught.value) == (
        f"{path} has 20,001 rows, and at most 20,000 are read: keep only the rows that are needed"
    )


def test_a_line_of_more_cells_than_are_read_is_refused(tmp_path):
    path = written(tmp_path, "1,2\n" + ",".join(["12"] * (tables.MOST_COLUMNS + 1)))

    with pytest.raises(InputError, match=r"x\.csv, line 2: more than 100,000 cells, the most that"):
        read_vectors(path)


def test_a_quote_that_is_never_closed_costs_no_more_than_the_file(tmp_path):
    text = '"' + "x" * 4_000_000
    tracemalloc.start()

    with pytest.raises(InputError, match="check the quotes there"):
        read_table(text, "x.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 12 * len(text)


# ── workbooks ──


def workbook(tmp_path, rows, *, sheets=("Data",), name="x.xlsx"):
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for row in rows:
        book.active.append(row)
    for each in sheets[1:]:
        book.create_sheet(each)
    path = tmp_path / name
    book.save(path)
    return str(path)


@pytest.mark.parametrize(
    ("rows", "tokens"),
    [
        ([[1.5, -2], [3, 1234.5]], None),
        ([["a", "b"], [1.5, -2], [3, 1234.5]], None),
        ([[None, "a", "b"], ["cat", 1.5, -2], ["mat", 3, 1234.5]], ("cat", "mat")),
        ([["cat", "1.5", "−2"], [], ["mat", 3, "1234.5"]], ("cat", "mat")),
    ],
)
def test_a_workbook_gives_the_numbers_of_its_first_sheet(tmp_path, rows, tokens):
    read = read_vectors(workbook(tmp_path, rows))

    assert (read.x.tolist(), read.tokens) == (PLAIN, tokens)
    assert "sheet" not in ways(read)


def test_of_several_sheets_the_one_that_was_read_is_said(tmp_path):
    read = read_vectors(workbook(tmp_path, PLAIN, sheets=("First", "Second")))

    assert ways(read) == {"sheet": "“First”"}


def test_a_mask_may_be_a_workbook(tmp_path):
    path = workbook(tmp_path, [[True, False], [1, 1]])

    made = problem_from(InputRequest(text="a b", mask=path))

    assert made.options.mask.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 2], [3, None]], "row 2, column 2: the cell is empty: put a number there"),
        ([[1, 2], [3, "x"]], "row 2, column 2: 'x' is not a number"),
        ([[1, 2], [None, None], [3, None]], "row 3, column 2: the cell is empty"),
        (
            [[1, 2], [None, None], [3, "=A1"]],
            "row 3, column 2: the formula has no value saved with it: open the",
        ),
        (
            [["cat", "=1", "=2"], ["dog", "=3", "=4"]],
            "row 1, column 2: the formula has no value saved with it",
        ),
        ([[None, "cat", 1], [None, "dog", "x"]], "row 2, column 3: 'x' is not a number"),
        (
            [["cat", "1,234"], ["dog", "2,5.0"]],
            "row 1, column 2: '1,234' is not a number: write a decimal point",
        ),
        ([], "is empty: it needs at least one row"),
    ],
)
def test_a_bad_cell_of_a_workbook_is_named(tmp_path, rows, message):
    path = workbook(tmp_path, rows)

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert str(caught.value).startswith(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[], [], [None, "token", "a", "b"], [None, "cat", 1, 0.5], [None, "dog", 2, -1]], {"margin": "cell B3"}),
        ([[], ["cat", 1, 0.5], ["dog", 2, -1]], {"margin": "cell A2"}),
        ([["cat", "1", "0,5"], ["dog", "2", "-1"]], {"decimal_commas": ""}),
        ([["cat", 1, "0,5"], ["dog", 2.0, -1]], {"decimal_commas": ""}),
    ],
)  # fmt: skip
def test_a_sheet_is_read_from_its_first_cell_on_and_with_decimal_commas(tmp_path, rows, said):
    read = read_vectors(workbook(tmp_path, rows))

    assert (read.x.tolist(), read.tokens) == (X, LABELS)
    assert ways(read) == said


def test_commas_between_thousands_in_cells_of_text_are_said(tmp_path):
    read = read_vectors(workbook(tmp_path, [["cat", "1,234.5", 0.5], ["dog", 2, -1]]))

    assert read.x.tolist() == [[1234.5, 0.5], [2, -1]]
    assert ways(read) == {"thousands": "1,234.5"}


@pytest.mark.parametrize("before", ["empty", "text", "chart"])
def test_the_first_sheet_with_numbers_is_read_and_named(tmp_path, before):
    book = openpyxl.Workbook()
    data = book.active
    data.title = "Data"
    for row in [["cat", 1, 0.5], ["dog", 2, -1]]:
        data.append(row)
    if before == "chart":
        book.create_chartsheet("Chart", 0)
    else:
        cover = book.create_sheet("Cover", 0)
        cover["A1"] = "See the next sheet" if before == "text" else None
    book.save(tmp_path / "x.xlsx")

    read = read_vectors(str(tmp_path / "x.xlsx"))

    assert (read.x.tolist(), read.tokens) == (X, LABELS)
    assert ways(read) == ({} if before == "chart" else {"sheet": "“Data”"})


def test_a_formula_counts_as_the_value_that_was_saved_with_it(tmp_path):
    def with_value(name, data):
        saved = data.replace(b"<v />", b"<v>0.5</v>").replace(b"<v></v>", b"<v>0.5</v>")
        return saved if name.endswith("sheet1.xml") else data

    path = workbook(tmp_path, [["cat", 1, "=1/2"], ["dog", 2, -1]])
    read = read_vectors(written(tmp_path, repacked(path, with_value), "y.xlsx"))

    assert (read.x.tolist(), read.tokens) == (X, LABELS)


def test_the_sheet_at_fault_is_named_where_there_are_several(tmp_path):
    path = workbook(tmp_path, [[1, 2], [3, "x"]], sheets=("First", "Second"))

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert str(caught.value).startswith(
        f"{path}, sheet “First”, row 2, column 2: 'x' is not a number"
    )


def test_a_sheet_of_more_cells_than_are_looked_at_is_refused(tmp_path):
    book = openpyxl.Workbook()
    for row in range(1, 260):
        book.active.cell(row, 16_384, 1)  # the last column that there is
    book.save(tmp_path / "x.xlsx")

    with pytest.raises(InputError, match=r"has more than 4,000,000 cells, the most that are read"):
        read_vectors(str(tmp_path / "x.xlsx"))


def test_without_openpyxl_the_message_says_what_to_install(tmp_path, monkeypatch):
    path = workbook(tmp_path, PLAIN)
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)

    with pytest.raises(
        EnvironmentFault, match=r"pip install 'attnviz\[xlsx\]', or save it as \.csv"
    ):
        read_vectors(path)


def test_flipped_bytes_of_a_workbook_are_one_clear_error_or_read(tmp_path):
    data = bytearray(open(workbook(tmp_path, PLAIN), "rb").read())  # noqa: PTH123, SIM115
    random = np.random.default_rng(0)
    for _ in range(150):
        broken = bytearray(data)
        for place in random.integers(0, len(broken), 3):
            broken[place] = random.integers(256)
        try:
            read_sheet(bytes(broken), "x.xlsx")
        except InputError as error:
            assert "\n" not in str(error)


def repacked(path, change):
    """The workbook with the parts that `change` gives others for."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda name, data: data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1),
            "declares XML entities",
        ),
        (
            lambda name, data: data + b" " * 70_000_000 if name.endswith("sheet1.xml") else data,
            "unpacks to more than 64 MiB",
        ),
        (lambda name, data: b"<" if name.endswith("sheet1.xml") else data, "cannot be read"),
    ],
)  # fmt: skip
def test_a_workbook_that_would_not_fit_into_memory_is_refused(tmp_path, change, message):
    data = repacked(workbook(tmp_path, PLAIN), change)
    path = written(tmp_path, data, "y.xlsx")

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"PK\3\4 vnd.oasis.opendocument", "an OpenDocument file; open it in the program that wrote it and"),
        ("x.csv", b"PK\3\4 and more", "it holds a zip archive; unpack it, or give it its right suffix"),
        ("x.csv", b"PK\3\4 x.npy", "it holds a zip archive, as .npz is; rename it to .npz"),
        ("x.txt", b"1,2", "has unknown suffix '.txt': if it is a table, rename it to .csv. Known: "),
        ("x.ods", b"PK", "has unknown suffix '.ods': open it in a spreadsheet program and save it as .xlsx or .csv. "),
        ("x.xlsm", b"PK", "has unknown suffix '.xlsm': open it in a spreadsheet program and save it as .xlsx or"),
    ],
)  # fmt: skip
def test_a_table_of_another_program_says_how_to_save_it(tmp_path, name, content, message):
    with pytest.raises(InputError) as caught:
        read_vectors(written(tmp_path, content, name))

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[1,0.5],[2,-1]", "[[ 1.   0.5]\n [ 2.  -1. ]]", "{1,0.5},{2,-1}", "[[1,0.5],[2,-1]]"]
)
def test_rows_in_brackets_are_read_from_stdin_too(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert read_vectors("-").x.tolist() == X


def test_a_label_with_a_comma_keeps_its_characters_in_a_workbook(tmp_path):
    rows = [["你好，世界,—", "0,5"], ["dog", "1,5"]]

    assert read_vectors(workbook(tmp_path, rows)).tokens == ("你好，世界,—", "dog")


# ── what is said ──


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_way_has_words_in_every_language(way, language):
    for length in ("", "_brief"):
        [note] = reading_notes([Reading("x.csv", way, "DETAIL")], words(language), length)

        assert note
        assert "{" not in note
        assert length or note.startswith("x.csv")

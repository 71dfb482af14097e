"""Matrices on the screen: parts of them, numbers while they can be read, shades, blocks, and products."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from attnviz.story.matrix import Label, Matrix
from attnviz.story.numbers import Numbers
from attnviz.theme import Role
from attnviz.views.film.components.cells import GAP, width_for
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView, Sheet, pooled_matrix, sheet
from attnviz.views.film.components.shades import Shades, common_shades
from attnviz.views.film.components.text import widest
from attnviz.views.film.style import WORK, Size, Style
from attnviz.views.film.submatrix import excerpt

NUMBERS = Numbers()


def matrix(rows, columns, *, role=Role.SCORE, seed=0, **named) -> Matrix:
    values = np.random.default_rng(seed).normal(size=(rows, columns)) * 5
    names = tuple(Label(f"q{i}", f"token{i}", Role.QUERY) for i in range(rows))
    return Matrix("S", values, role, names, **named)


def weights(n) -> Matrix:
    values = np.random.default_rng(n).dirichlet(np.ones(n), size=n)
    names = tuple(Label(f"q{i}") for i in range(n))
    return Matrix("A", values, Role.WEIGHT, names, (), None, "rows")


class TestParts:
    def test_a_part_keeps_the_texts_of_the_whole(self):
        whole = weights(3)
        cells = NUMBERS.cells(whole)
        part = excerpt(whole, NUMBERS, [2, 0], [1])
        assert part.texts == ((cells[2][1],), (cells[0][1],))
        assert part.matrix.values.tolist() == [[whole.values[2, 1]], [whole.values[0, 1]]]
        assert [label.symbol for label in part.matrix.rows] == ["q2", "q0"]
        assert part.whole == (3, 3)

    def test_a_part_of_columns_that_add_up_is_not_rounded_anew(self):
        values = np.array([[0.672, 0.5], [0.206, 0.25], [0.1264, 0.25]])
        totals = values.sum(axis=0)
        whole = Matrix("αV", values, Role.VALUE, sums="columns", totals=totals)
        part = excerpt(whole, NUMBERS, [0, 1])
        assert part.texts == NUMBERS.cells(whole)[:2]
        assert [row[0] for row in part.texts] == ["0.672", "0.206"]
        assert NUMBERS.row([0.672, 0.206], total=0.878) == ("0.67", "0.21")

    def test_without_a_choice_it_is_all(self):
        whole = matrix(2, 3)
        assert excerpt(whole, NUMBERS).texts == NUMBERS.cells(whole)


class TestDetail:
    def test_numbers_are_shown_while_they_can_be_read(self):
        shown = sheet(matrix(3, 4), NUMBERS, width=6, height=3)
        assert shown.texts == NUMBERS.cells(matrix(3, 4))
        assert widest([t for row in shown.texts for t in row], shown.size) <= shown.width

    def test_numbers_come_closer_to_the_borders_of_their_cells_before_they_go(self):
        written = matrix(3, 4)
        used = widest([t for row in NUMBERS.cells(written) for t in row], Size.SMALL)
        roomy, tight = (4 * width_for(used, tight=each) + 1e-9 for each in (False, True))
        for width, least in ((roomy, 0.07), (tight, 0.035)):
            shown = sheet(written, NUMBERS, width=width, height=3)
            assert shown.texts
            assert (GAP * shown.width - used) / 2 >= least - 1e-9
        assert sheet(written, NUMBERS, width=tight - 0.01, height=3).texts is None

    @pytest.mark.parametrize(("width", "height"), [(1.2, 3), (6, 0.5)])
    def test_cells_too_small_for_numbers_are_shaded(self, width, height):
        shown = sheet(matrix(3, 4), NUMBERS, width=width, height=height)
        assert shown.texts is None
        assert not shown.pooled
        assert shown.matrix.shape == (3, 4)

    @pytest.mark.parametrize("shape", [(17, 3), (3, 200), (200, 200)])
    def test_what_is_too_long_is_taken_together_in_blocks(self, shape):
        shown = sheet(matrix(*shape), NUMBERS, width=3, height=3)
        assert shown.pooled
        assert shown.texts is None
        assert shown.matrix.shape == tuple(min(side, MOST_SIDE) for side in shape)
        assert shown.whole == shape

    @pytest.mark.parametrize("shape", [(1, 1), (3, 4), (16, 16), (17, 5), (200, 64)])
    def test_a_sheet_never_exceeds_its_room(self, shape):
        shown = sheet(matrix(*shape), NUMBERS, width=2.5, height=1.5)
        rows, columns = shown.matrix.shape
        assert shown.width * columns <= 2.5 + 1e-9
        assert shown.height * rows <= 1.5 + 1e-9

    def test_the_smallest_letters_are_still_of_the_scale(self):
        for size in range(1, 16):
            shown = sheet(matrix(size, size), NUMBERS, width=5, height=3)
            assert shown.texts is None or shown.size >= Size.SMALL

    def test_blocks_show_the_largest_weight_and_the_mean_of_all_else(self):
        many = weights(32)
        peaks = pooled_matrix(many).values
        assert peaks[0, 0] == many.values[:2, :2].max()
        means = pooled_matrix(matrix(32, 32)).values
        assert means[0, 0] == pytest.approx(matrix(32, 32).values[:2, :2].mean())


class TestView:
    def test_rows_run_down_and_columns_to_the_right(self):
        view = MatrixView(sheet(matrix(2, 3), NUMBERS, width=5, height=3), Style())
        assert view.cell(0, 0).get_y() > view.cell(1, 0).get_y()
        assert view.cell(0, 0).get_x() < view.cell(0, 1).get_x()

    def test_upright_its_rows_become_columns(self):
        shown = sheet(matrix(2, 3), NUMBERS, width=5, height=3)
        view = MatrixView(shown, Style(), upright=True)
        assert view.cell(0, 0).get_x() < view.cell(1, 0).get_x()
        assert view.cell(0, 0).get_y() > view.cell(0, 1).get_y()

    def test_the_title_has_the_shape_of_the_whole(self):
        view = MatrixView(sheet(matrix(200, 64), NUMBERS, width=3, height=3), Style())
        assert [line.text for line in view.title()] == ["S", "200×64"]

    def test_a_negative_entry_has_a_bar_only_where_no_number_says_so(self):
        values = np.array([[1.5, -1.5, -np.inf]])
        shown = sheet(Matrix("S", values, Role.SCORE), NUMBERS, width=5, height=1)
        numbers = MatrixView(shown, Style()).row(0)
        assert [(len(cell), cell.number is not None) for cell in numbers] == [(2, True)] * 3
        shaded = MatrixView(replace(shown, texts=None), Style()).row(0)
        assert [len(cell) for cell in shaded] == [1, 2, 1]

    @pytest.mark.parametrize(("symbol", "named"), [("q₂", True), ("q₁₁", True), ("q₁₂₃₄₅", False)])
    def test_one_vector_has_its_name_over_it_as_long_as_it_reaches_little_over_it(
        self, symbol, named
    ):
        one = Matrix("Q", np.ones((1, 16)), Role.QUERY, (Label(symbol, "", Role.QUERY),))
        view = MatrixView(
            Sheet(one, None, 0.25, 0.2, Shades(1.0)), Style(), upright=True
        ).label_rows()
        assert [line.text for name in view.row_labels for line in name] == [symbol] * named

    def test_the_names_of_rows_do_not_touch_however_close_the_rows(self):
        names = tuple(Label(f"q₁{i}", "[SEP]", Role.QUERY) for i in "₀₁₂₃₄₅")
        close = Matrix("S", np.ones((6, 2)), Role.SCORE, names)
        view = MatrixView(Sheet(close, None, 0.5, 0.25, Shades(1.0)), Style()).label_rows()
        for above, under in pairwise(view.row_labels):
            assert above.get_bottom()[1] - under.get_top()[1] > 0.02

    def test_names_over_every_matrix_share_a_baseline_however_deep_their_letters(self):
        baselines = []
        for symbol, token in (("k₁", "no"), ("q₁", "[gypsy]")):
            named = Matrix("S", np.ones((2, 1)), Role.SCORE, (), (Label(symbol, token),))
            view = MatrixView(sheet(named, NUMBERS, width=2, height=2), Style()).label_columns()
            (name,) = view.column_labels
            baselines.append([line.baseline for line in name])
        assert baselines[0] == pytest.approx(baselines[1])

    def test_headings_share_a_baseline_whatever_is_lowered_in_them(self):
        titles = [
            MatrixView(
                sheet(Matrix(symbol, np.ones((2, 2)), Role.QUERY), NUMBERS, width=2, height=2),
                Style(),
            ).title()
            for symbol in ("W_Q", "W_K")
        ]
        assert titles[0][0].baseline == pytest.approx(titles[1][0].baseline)

    def test_a_long_token_over_a_column_takes_the_room_that_its_neighbours_leave(self):
        names = tuple(Label(f"k{i}", token) for i, token in enumerate(["a", "suitcase", "it"]))
        named = Matrix("S", np.ones((1, 3)), Role.SCORE, (), names)
        view = MatrixView(Sheet(named, None, 0.7, 0.5, Shades(1.0)), Style()).label_columns()
        words = [name[1] for name in view.column_labels]
        assert [word.text for word in words] == ["a", "suitcase", "it"]
        assert words[1].width > 0.7
        for left, right in pairwise(words):
            assert right.get_left()[0] - left.get_right()[0] > 0.1


class TestShades:
    """Fullness of the cells of a sheet, row by row."""

    @staticmethod
    def shares(values, *, role=Role.SCORE, sums=None, width=5.0, blocks=MOST_SIDE):
        shown = sheet(
            Matrix("S", np.array(values), role, sums=sums),
            NUMBERS,
            width=width,
            height=3,
            blocks=blocks,
        )
        return [[shown.shades.share(value) for value in row] for row in shown.matrix.values]

    @pytest.mark.parametrize("width", [5.0, 0.5], ids=["with numbers", "without"])
    def test_the_best_fit_is_the_fullest_and_the_worst_the_faintest(self, width):
        (row,) = self.shares([[6.23, 28.7, -18.9, -80.74, -np.inf]], width=width)
        assert row[1] == 1
        assert row[3] == row[4] == 0
        assert row[3] < row[2] < row[0] < row[1]

    def test_so_it_is_in_blocks(self):
        values = [[-9.0, -9.0, 3.0, 3.0]] * 2 + [[-3.0, -3.0, -np.inf, -np.inf]] * 2
        assert self.shares(values, blocks=2) == [[0, 1], [0.5, 0]]

    def test_what_is_no_score_is_as_full_as_it_is_far_from_0(self):
        assert self.shares([[4.0, -8.0, 0.0]], role=Role.KEY) == [[0.5, 1, 0]]
        assert self.shares([[0.0, 0.0]], role=Role.KEY) == [[0, 0]]

    @pytest.mark.parametrize("shades", [Shades(10.0), Shades(10.0, 5.0)])
    def test_what_lies_beyond_the_ends_is_as_full_as_they_are(self, shades):
        assert shades.share(20.0) == shades.share(10.0) == 1
        assert [shades.share(value) for value in (-np.inf, np.nan)] == [0, 0]
        assert Shades(10.0, 5.0).share(4.0) == 0

    @pytest.mark.parametrize("blocks", [MOST_SIDE, 2])
    def test_the_products_that_a_score_is_the_sum_of_are_no_scores(self, blocks):
        values = [[4.0, 4.0, -8.0, -8.0]]
        assert {min(row) for row in self.shares(values, sums="rows", blocks=blocks)} == {0.5}

    def test_where_all_fit_alike_none_is_the_best_or_the_worst(self):
        assert self.shares([[3.0, 3.0]]) == [[0.5, 0.5]]

    def test_the_largest_numbers_there_are_have_shades(self):
        assert self.shares([[-1.5e308, 0.0, 1.5e308]]) == [[0, 0.5, 1]]

    def test_several_have_one_scale_from_the_worst_of_all_to_the_best_of_all(self):
        assert common_shades([Shades(3.0, 1.0), Shades(2.0, -5.0)]) == Shades(3.0, -5.0)
        assert common_shades([Shades(3.0), Shades(2.0)]) == Shades(3.0)


def crossing(rows, inner, columns, *, upright=False) -> Crossing:
    """A (rows, inner) times (inner, columns); upright, times the transpose of (columns, inner)."""
    left = matrix(rows, inner, seed=1)
    top = matrix(columns, inner, seed=2) if upright else matrix(inner, columns, seed=2)
    values = left.values @ (top.values.T if upright else top.values)
    product = Matrix("S", values, Role.SCORE, left.rows)
    parts = [excerpt(each, NUMBERS) for each in (left, top, product)]
    return Crossing(*parts, Style(), upright=upright)


class TestProduct:
    @pytest.mark.parametrize("upright", [False, True])
    def test_an_entry_is_where_its_row_and_its_column_cross(self, upright):
        made = crossing(3, 4, 2, upright=upright)
        for i in range(3):
            for j in range(2):
                row, column = made.factors(i, j)
                cell = made.product.cell(i, j)
                assert cell.get_y() == pytest.approx(row.get_y())
                assert cell.get_x() == pytest.approx(column.get_x())
                assert cell.get_center() == pytest.approx(made.slots.cell(i, j).get_center())

    def test_one_row_is_upright_beside_the_columns_that_it_is_multiplied_by(self):
        made = crossing(1, 4, 3, upright=True)
        query, key = made.factors(0, 1)
        for own, other in zip(query, key, strict=True):
            assert own.get_y() == pytest.approx(other.get_y())

    @pytest.mark.parametrize(
        ("rows", "inner", "columns"), [(1, 1, 1), (3, 4, 3), (6, 16, 6), (1, 64, 4), (6, 200, 6)]
    )
    @pytest.mark.parametrize("upright", [False, True])
    def test_it_stays_in_its_room(self, rows, inner, columns, upright):
        made = crossing(rows, inner, columns, upright=upright)
        (left, bottom), (right, top) = (
            made.get_critical_point((-1, -1, 0))[:2],
            (made.get_critical_point((1, 1, 0))[:2]),
        )
        assert WORK.left - 0.05 <= left < right <= WORK.right + 0.05
        assert WORK.bottom - 0.05 <= bottom < top <= WORK.top + 0.05

    def test_the_product_keeps_its_numbers_longest(self):
        shown = []
        for inner in (3, 8, 12, 200):
            made = crossing(3, inner, 3 if inner < 200 else 9)
            views = (made.left, made.top, made.product)
            shown.append([view.sheet.texts is not None for view in views])
        assert shown[0] == [True, True, True]
        assert shown[1:] == [[False, True, True], [False, False, True], [False, False, False]]

"""One product, entry by entry: its numbers can be read, stand on the stage, and add up as they are written."""

from decimal import Decimal
from functools import cache

import pytest

from attnviz.story.storyboard import Storyboard
from attnviz.views.film.components.exhibit import ExhibitView
from attnviz.views.film.components.pair import PairLayout, pair_layouts
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import WIDE, Size, Style
from tests.film.small import small_film


@cache
def layouts_of(d_k: int) -> tuple[Storyboard, tuple[PairLayout, PairLayout, PairLayout]]:
    board = small_film(text="one two three", d_model=8, d_k=d_k, precision=2).storyboard
    return board, pair_layouts(board.step("pair").exhibits, board.numbers, Style(), WIDE)


def written(view: ExhibitView) -> bool:
    return all(cell.text for cell in view.body.cells)


@pytest.mark.parametrize(
    ("d_k", "with_numbers"),
    [
        (16, (["q", "k"], ["q", "k", "products"], ["products", "Σ"])),
        (32, (["q", "k"], ["products"], ["products", "Σ"])),
        (64, ([], ["products"], ["products", "Σ"])),
        (128, ([], [], ["Σ"])),
    ],
)
def test_numbers_are_shown_in_the_parts_about_them(d_k, with_numbers):
    _, parts = layouts_of(d_k)

    found = [
        [symbol.rstrip("₁₂₃") for symbol, view in part.views.items() if written(view)]
        for part in parts
    ]
    assert tuple(found) == with_numbers


@pytest.mark.parametrize("d_k", [10, 24, 32, 64, 128])
def test_all_of_it_stays_on_the_stage_in_letters_that_can_be_read(d_k):
    for part in layouts_of(d_k)[1]:
        for each in (*part.views.values(), *part.joints):
            assert WIDE.left <= each.get_left()[0] < each.get_right()[0] <= WIDE.right
            assert WIDE.bottom <= each.get_bottom()[1] < each.get_top()[1] <= WIDE.top
        for body in part.bodies:
            assert body.sheet.texts is None or body.sheet.size >= Size.SMALL
            for cell in body.cells:
                assert cell.number is None or cell.number.width < cell.box.width


def _number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def _half_a_unit(text: str) -> Decimal:
    return Decimal(1).scaleb(_number(text).as_tuple().exponent) / 2


@pytest.mark.parametrize("d_k", [16, 32, 64])
def test_shown_products_of_a_row_add_up_to_their_shown_sum(d_k):
    *_, (_, _, added) = layouts_of(d_k)
    *_, products, sums = added.bodies

    for row, (total,) in zip(products.entries, sums.entries, strict=True):
        off = sum(_number(cell.text) for cell in row) - _number(total.text)
        assert abs(off) <= _half_a_unit(total.text)


@pytest.mark.parametrize(("d_k", "precision"), [(16, 2), (32, 3), (24, 1)])
def test_shown_products_follow_from_the_shown_entries(d_k, precision):
    board = small_film(text="one two three", d_model=8, d_k=d_k, precision=precision).storyboard
    q, k, products, _ = (
        [text for row in board.numbers.cells(each.item) for text in row]
        for each in board.step("pair").exhibits
    )

    for one, other, product in zip(q, k, products, strict=True):
        off = _number(one) * _number(other) - _number(product)
        assert abs(off) <= _half_a_unit(product)


@pytest.mark.parametrize("d_k", [16, 32, 64])
def test_after_each_part_exactly_its_matrices_are_shown(d_k):
    _, parts = layouts_of(d_k)
    seen: list[set[str]] = []

    def look(scene, beat):
        if beat.step == "pair":
            found = [part for each in scene.mobjects for part in each.get_family()]
            seen.append(
                {each.body.sheet.matrix.symbol for each in found if isinstance(each, ExhibitView)}
            )

    plan(small_film("pair", text="one two three", d_model=8, d_k=d_k, precision=2), look)
    assert seen == [set(part.views) for part in parts]

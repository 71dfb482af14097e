"""How the width of a line is shared among what stands in it."""

import pytest

from attnviz.views.film.components.exhibit_room import Demand, widths


def test_with_room_enough_everything_has_its_natural_size():
    assert widths([Demand(4, 1), Demand(3, 1, fixed=True)], 10) == [4, 3]


def test_what_is_fixed_stays_and_the_rest_shrinks_together():
    line = [Demand(4, 1), Demand(3, 1, fixed=True), Demand(8, 1)]

    assert widths(line, 9) == pytest.approx([2, 3, 4])


def test_names_keep_their_room_while_cells_shrink():
    named, bare = widths([Demand(5, 1, 1, rigid=1), Demand(4, 1)], 5)

    assert (named, bare) == pytest.approx((3, 2))


def test_matrices_give_up_air_before_any_gives_up_its_numbers():
    roomy, tight = widths([Demand(8, 1, least=4), Demand(5, 1, least=4.5)], 9)

    assert roomy >= 4
    assert tight >= 4.5
    assert roomy + tight == pytest.approx(9)


def test_what_grows_takes_what_is_left_over():
    plot, matrix = widths([Demand(4, 1, 2, rigid=2, grows=True), Demand(3, 1)], 8)

    assert (plot, matrix) == pytest.approx((5, 3))


def test_a_plot_keeps_its_least_width_beside_wide_text():
    plot, _ = widths([Demand(6, 1, 3, rigid=3, grows=True), Demand(9, 1, fixed=True)], 10)

    assert plot == 3

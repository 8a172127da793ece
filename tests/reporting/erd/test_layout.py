"""Boxes never overlap, whatever leads where, and stand where they stood before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from schema_lint.reporting.erd.layout import Layout, lay_out

Sizes = Mapping[object, tuple[float, float]]


def laid_out(edges: Sequence[tuple[str, str]], sizes: Sizes | None = None) -> Layout:
    names = sorted({name for edge in edges for name in edge})
    return lay_out(sizes or dict.fromkeys(names, (100.0, 50.0)), edges)


def assert_apart(layout: Layout, sizes: Sizes) -> None:
    boxes = [(x, y, *sizes[name]) for name, (x, y) in layout.boxes.items()]
    for number, (x, y, across, down) in enumerate(boxes):
        assert x >= -1e-6
        assert y >= -1e-6
        assert x + across <= layout.width + 1e-6
        assert y + down <= layout.height + 1e-6
        for other_x, other_y, other_across, other_down in boxes[number + 1 :]:
            assert (
                x + across <= other_x or other_x + other_across <= x or y + down <= other_y or other_y + other_down <= y
            )


def test_nothing_at_all() -> None:
    assert lay_out({}, []) == Layout({}, {}, 0.0, 0.0)


def test_what_is_referenced_stands_left() -> None:
    boxes = laid_out([("task", "user"), ("tag", "task")]).boxes
    assert boxes["user"][0] < boxes["task"][0] < boxes["tag"][0]


def test_a_long_line_is_led_between_the_boxes() -> None:
    layout = laid_out([("task", "user"), ("tag", "task"), ("tag", "user")])
    (start, stop) = layout.lanes["tag", "user"]
    _, y = layout.boxes["task"]
    assert (start[0] - stop[0], start[1]) == (100.0, stop[1])
    assert not y < start[1] < y + 50.0
    assert not layout.lanes["tag", "task"]


def test_circles_and_self_references_end() -> None:
    layout = laid_out([("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")])
    assert layout.boxes.keys() == {"a", "b", "c"}


def test_parts_that_nothing_connects_fill_rows() -> None:
    sizes = dict.fromkeys(map(str, range(40)), (100.0, 50.0))
    layout = lay_out(sizes, [])
    assert_apart(layout, sizes)
    assert 0.8 < layout.width / layout.height < 4


def test_a_table_that_all_others_reference_gives_no_endless_column() -> None:
    edges = [(str(number), "hub") for number in range(60)]
    layout = laid_out(edges)
    assert_apart(layout, dict.fromkeys(layout.boxes, (100.0, 50.0)))
    assert 0.5 < layout.width / layout.height < 4


NAMES = st.sampled_from("abcdefghij")


@given(
    st.dictionaries(NAMES, st.tuples(st.floats(1, 500), st.floats(1, 500))),
    st.lists(st.tuples(NAMES, NAMES), max_size=25),
)
def test_any_graph(sizes: dict[object, tuple[float, float]], edges: list[tuple[object, object]]) -> None:
    edges = [edge for edge in edges if edge[0] in sizes and edge[1] in sizes]
    layout = lay_out(sizes, edges)
    assert layout.boxes.keys() == sizes.keys()
    assert_apart(layout, sizes)
    assert lay_out(sizes, edges) == layout

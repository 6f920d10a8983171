"""Where the boxes of a picture stand: fast-sugiyama ranks them and keeps lines from crossing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from fast_sugiyama import from_edges

from .topology import Box, Line, Topology

WIDTH: Final = 200
GAP: Final = 56
ROW_GAP: Final = 20
MARGIN: Final = 14
TITLE: Final = 22
LINE: Final = 15
DOT: Final = 11
DOTS_IN_ROW: Final = 12
_TOP: Final = 26
"""Room above the boxes for the name of a frame."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and its upper left corner."""

    box: Box
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line from the right side of a box to the left side of another, and the middle of it."""

    line: Line
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Around what stands in one virtual network."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A picture ready to be drawn."""

    width: int
    height: int
    boxes: tuple[Placed, ...]
    curves: tuple[Curve, ...]
    frames: tuple[Frame, ...]


def layout(picture: Topology) -> Layout:
    """Place every box. All hang together, since everything hangs on the cluster."""
    edges = [(line.start, line.end) for line in picture.lines]
    positions: dict[int, tuple[float, float]] = {}
    for places, _, _, _ in from_edges(
        edges,
        minimum_length=1,
        vertex_spacing=1,
        dummy_vertices=True,
        dummy_size=0.3,
        ranking_type="up",
        crossing_minimization="barycenter",
    ):
        positions.update((int(number), place) for number, place in places)
    deepest = max(y for _, y in positions.values())
    first = min(x for x, _ in positions.values())
    height = max(height_of(box) for box in picture.boxes)
    placed = _moved_up(
        {
            number: Placed(
                box,
                MARGIN + round(deepest - positions[number][1]) * (WIDTH + GAP),
                _TOP
                + MARGIN
                + round((positions[number][0] - first) * (height + ROW_GAP))
                + (height - height_of(box)) // 2,
                height_of(box),
            )
            for number, box in enumerate(picture.boxes)
        }
    )
    return Layout(
        width=max(item.x for item in placed.values()) + WIDTH + MARGIN,
        height=max(item.y + item.height for item in placed.values()) + MARGIN + 8,
        boxes=tuple(placed.values()),
        curves=tuple(_curve(line, placed) for line in picture.lines if line.is_drawn),
        frames=tuple(_frames(placed)),
    )


def _moved_up(placed: dict[int, Placed]) -> dict[int, Placed]:
    """Without empty room above the topmost box."""
    spare = min(item.y for item in placed.values()) - _TOP - MARGIN
    return {number: replace(item, y=item.y - spare) for number, item in placed.items()}


def height_of(box: Box) -> int:
    rows = -(-len(box.dots) // DOTS_IN_ROW)
    return TITLE + LINE * len(box.lines) + (DOT + 3) * rows + 8


def _curve(line: Line, placed: dict[int, Placed]) -> Curve:
    start, end = placed[line.start], placed[line.end]
    x1, y1 = start.x + WIDTH, start.y + start.height // 2
    x2, y2 = end.x, end.y + end.height // 2
    bend = max(GAP // 2, (x2 - x1) // 2)
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return Curve(line, path, (x1 + x2) // 2, (y1 + y2) // 2)


def _frames(placed: dict[int, Placed]) -> Iterator[Frame]:
    """Around neighbours of one virtual network; one that others stand between has several frames."""
    columns = sorted(placed.values(), key=lambda item: (item.x, item.y))
    for (x, name), group in groupby(columns, key=lambda item: (item.x, item.box.frame)):
        if name:
            inside = list(group)
            top, bottom = inside[0].y - _TOP, inside[-1].y + inside[-1].height + 8
            yield Frame(name, x - 8, top, WIDTH + 16, bottom - top)

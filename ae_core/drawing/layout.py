"""Where each layer of a drawing stands: lanes for branches, columns for the order of computation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ae_core.drawing.layers import LayerInfo

SIDE = 116.0  # height of the image, and of the longest row of values
CHANNEL = 0.3  # thickness of one channel
THINNEST, ROW = 2.5, 9.0  # of a volume, and of values in a row
LEAN = (0.36, 0.2)  # how far the width of a map leads to the right and upwards
JOINT = 9.0  # radius of the circle where branches meet
SPACE, LANE_SPACE, LABEL, LETTER = 15.0, 18.0, 46.0, 6.1  # letters of the labels are 11 high
ARC, TOLD = 11.0, 26.0  # height of an arc over what it skips, and of what a layer is told
HEAD = 34.0  # height of the brackets that name the halves

JOINTS = {"Add": "+", "Subtract": "−", "Multiply": "×", "Concatenate": "‖"}


@dataclass(frozen=True)
class Box:
    """The place of one layer; ``y`` is the middle of its lane. A joint has no depth, only a circle.

    ``width`` and ``height`` are of its front, ``dx`` and ``dy`` lead along its depth.
    """

    layer: LayerInfo
    x: float
    y: float
    width: float
    height: float
    dx: float
    dy: float
    labels: tuple[str, ...]
    joint: str = ""

    @property
    def right(self) -> float:
        return self.x + self.width + self.dx

    @property
    def middle(self) -> float:
        return (self.x + self.right) / 2

    @property
    def out(self) -> float:
        """Where lines leave: the middle of the side that is seen, or of the circle."""
        return self.x + self.width + self.dx / 2

    @property
    def top(self) -> float:
        return self.y - (self.height + self.dy) / 2

    @property
    def over(self) -> float:
        """Where the next thing above may begin: higher where the layer is told something."""
        return self.top - (TOLD if self.layer.told else 0)

    @property
    def bottom(self) -> float:
        return self.y + (self.height + self.dy) / 2

    @property
    def below(self) -> float:
        """Where the next thing below may begin: under the words."""
        return self.bottom + 12 * len(self.labels) + 3


@dataclass(frozen=True)
class Line:
    """A connection: points to join by straight lines with rounded corners."""

    points: tuple[tuple[float, float], ...]
    skips: bool = False


@dataclass(frozen=True)
class Layout:
    """All that a drawing holds; from (0, ``top``) to (``width``, ``bottom``), and brackets above.

    ``brackets`` are (part of the network, left, right).
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    brackets: tuple[tuple[str, float, float], ...]
    width: float
    top: float
    bottom: float


def place(layers: Sequence[LayerInfo], labels: dict[int, tuple[str, ...]]) -> Layout:
    """Return the places of ``layers``; ``labels``: the lines of text under each, by number."""
    ranks: dict[int, int] = {}
    for i in layers:
        ranks[i.number] = max((ranks[n] + 1 for n in i.inputs), default=0)
    lanes, routes = _lanes(layers, ranks)
    scale = SIDE / max(layers[0].shape[:2])
    longest = max(i.values for i in layers if not _is_map(i) or i is layers[0])
    sizes = {i.number: _size(i, scale, SIDE / longest, i is layers[-1]) for i in layers}
    columns = [0.0] * (max(ranks.values()) + 1)
    for i in layers:
        width, _, dx, _ = sizes[i.number]
        text = max((len(line) for line in labels[i.number]), default=0) * LETTER
        columns[ranks[i.number]] = max(columns[ranks[i.number]], width + dx, text)
    lefts = [SPACE + sum(columns[:rank]) + rank * SPACE for rank in range(len(columns))]
    middles = _middles(layers, lanes, routes, sizes)
    boxes = {}
    for i in layers:
        width, height, dx, dy = sizes[i.number]
        x = lefts[ranks[i.number]] + (columns[ranks[i.number]] - width - dx) / 2
        joint = JOINTS.get(i.kind, "") if i is not layers[-1] else ""
        y = middles[lanes[i.number]]
        boxes[i.number] = Box(i, x, y, width, height, dx, dy, labels[i.number], joint)
    lines = _lines(layers, boxes, lanes, routes, middles)
    tops = [b.over for b in boxes.values()] + [y for line in lines for _, y in line.points]
    bottom = max(b.bottom for b in boxes.values()) + LABEL
    right = lefts[-1] + columns[-1] + SPACE
    placed = tuple(boxes.values())
    return Layout(placed, lines, _brackets(placed), right, min(tops), max(bottom, *middles))


def _brackets(boxes: Sequence[Box]) -> tuple[tuple[str, float, float], ...]:
    found = []
    for part in ("encoder", "decoder"):
        own = [box for box in boxes if box.layer.part == part]
        if own:
            found.append((part, min(b.x for b in own), max(b.right for b in own)))
    return tuple(found)


def _is_map(layer: LayerInfo) -> bool:
    return len(layer.shape) == 3 and layer.shape[0] * layer.shape[1] > 1


def _size(i: LayerInfo, scale: float, value: float, last: bool) -> tuple[float, ...]:
    """Return (width, height, dx, dy): maps by their sides and channels, rows by their values."""
    if i.kind in JOINTS and not last:
        return 2 * JOINT, 2 * JOINT, 0.0, 0.0
    if not _is_map(i):
        return ROW, max(i.values * value, THINNEST), 3.0, 2.0
    height, width, channels = i.shape
    thick = max(channels * CHANNEL, THINNEST)
    return thick, height * scale, width * scale * LEAN[0], width * scale * LEAN[1]


def _lanes(layers, ranks) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Return each layer's lane, the longest way to the end in lane 0, and each side line's lane."""
    by_number = {i.number: i for i in layers}
    lanes: dict[int, int] = {}
    taken: list[list[tuple[int, int]]] = [[]]

    def first_free(low: int, high: int) -> int:
        lane = 1
        while lane < len(taken) and any(a <= high and low <= b for a, b in taken[lane]):
            lane += 1
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        return lane

    last = layers[-1]
    while len(lanes) < len(layers):
        chain = [last]
        while before := [by_number[n] for n in chain[-1].inputs if n not in lanes]:
            chain.append(max(before, key=lambda i: ranks[i.number]))
        low, high = ranks[chain[-1].number], ranks[chain[0].number]
        lane = first_free(low, high) if lanes else 0
        lanes |= {i.number: lane for i in chain}
        last = max(
            (i for i in layers if i.number not in lanes), default=None, key=lambda i: ranks[i.number]
        )
    routes = {}
    for i in layers:
        for n in i.inputs:
            a, b = lanes[n], lanes[i.number]
            if a == b:
                continue
            low, high = ranks[n] + 1, ranks[i.number] - 1
            lane = max(a, b)
            blocked = any(lanes[j.number] == lane and low <= ranks[j.number] <= high for j in layers)
            routes[n, i.number] = first_free(low, high) if blocked else lane
    return lanes, routes


def _middles(layers, lanes, routes, sizes) -> list[float]:
    count = 1 + max([*lanes.values(), *routes.values()])
    tall, told = [0.0] * count, [0.0] * count
    for i in layers:
        _, height, _, dy = sizes[i.number]
        tall[lanes[i.number]] = max(tall[lanes[i.number]], height + dy)
        if i.told:
            told[lanes[i.number]] = TOLD / 2
    full = {lanes[i.number] for i in layers}
    middles, y = [], 0.0
    for lane in range(count):
        y += tall[lane] / 2 + told[lane] + (LANE_SPACE if lane else 0)
        middles.append(y)
        y += tall[lane] / 2 + (LABEL if lane in full else 0)
    return middles


def _lines(layers, boxes, lanes, routes, middles) -> tuple[Line, ...]:
    pairs = [(boxes[n], boxes[i.number]) for i in layers for n in i.inputs]
    lines, arcs = [], []
    for a, b in pairs:
        key = a.layer.number, b.layer.number
        if key in routes:
            lines.append(_detour(a, b, middles[routes[key]]))
        elif _between(boxes, lanes, a, b):
            arcs.append((a, b))
        else:
            lines.append(Line(((a.out, a.y), (b.x, b.y))))
    heights: list[tuple[Box, Box, float]] = []
    for a, b in sorted(arcs, key=lambda pair: pair[1].x - pair[0].x):
        under = [x.over for x in (*_between(boxes, lanes, a, b), b)]
        under += [h for c, d, h in heights if c.y == a.y and c.x < b.x and a.x < d.x]
        y = min(under) - ARC
        heights.append((a, b, y))
        start = a.right + 3 if not a.joint else a.x + JOINT
        end = b.x + (JOINT if b.joint else (b.width + b.dx) / 2)
        lines.append(
            Line(
                ((start, a.y if not a.joint else a.top), (start, y), (end, y), (end, b.top)),
                skips=True,
            )
        )
    return tuple(lines)


def _between(boxes, lanes, a: Box, b: Box) -> list[Box]:
    lane = lanes[a.layer.number]
    return [x for n, x in boxes.items() if lanes[n] == lane and a.x < x.x < b.x]


def _detour(a: Box, b: Box, y: float) -> Line:
    """Leave ``a``, run along another lane, and come into ``b`` from its lane's side."""
    leave, arrive = a.right + 5, b.x - 7
    start = ((a.out, a.y), (leave, a.y), (leave, y)) if a.y != y else ((a.out, y),)
    if b.joint:
        end = ((b.x + JOINT, y), (b.x + JOINT, b.y + JOINT if y > b.y else b.y - JOINT))
    else:
        end = ((arrive, y), (arrive, b.y), (b.x, b.y)) if b.y != y else ((b.x, y),)
    return Line((*start, *end))

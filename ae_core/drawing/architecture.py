"""A network drawn to scale: every layer a volume with the sides and channels of its output, as SVG.

Height and width of a volume are those of the map, on one scale with the image; its thickness grows
with the channels. Values in a row stand upright, on a scale where the longest row is as tall as the
image. Branches meet in circles; what skips layers runs above them. The code is filled.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from ae_core import i18n
from ae_core.drawing.layers import CODE_BITS, LayerInfo
from ae_core.drawing.layout import HEAD, JOINT, JOINTS, Box, Layout, Line, place

WORDS = i18n.part("en", "paper.draw.")  # by the name of a layer's kind, and of what else is said

_COLOURS = {
    "light": {"ink": "#1a1d21", "ground": "#fbfbfa", "accent": "#0b6a6b"},
    "dark": {"ink": "#e8eaea", "ground": "#14171a", "accent": "#35a7a1"},
}
CSS = """
.ae-net text { font: 11px -apple-system, 'Segoe UI', Roboto, Ubuntu, Cantarell, 'Noto Sans',
  'Liberation Sans', Arial, sans-serif; fill: var(--ink); text-anchor: middle; }
.ae-net .quiet { opacity: 0.72; }
.ae-net .line { fill: none; stroke: var(--ink); stroke-opacity: 0.55; stroke-width: 1.1; }
.ae-net .skip { stroke-dasharray: 4 3; }
.ae-net .face { fill: var(--ground); stroke: var(--ink); stroke-width: 0.9; stroke-linejoin: round; }
.ae-net .side { fill: color-mix(in srgb, var(--ink) 9%, var(--ground)); }
.ae-net .lid { fill: color-mix(in srgb, var(--ink) 4%, var(--ground)); }
.ae-net .code .face { stroke: var(--accent);
  fill: color-mix(in srgb, var(--accent) 45%, var(--ground)); }
.ae-net .code text { fill: var(--accent); font-weight: 650; opacity: 1; }
.ae-net .chosen .face { stroke: var(--accent); stroke-width: 2.2; }
.ae-net .chosen text { font-weight: 650; opacity: 1; }
.ae-net .bracket { stroke: var(--ink); stroke-opacity: 0.35; fill: none; }
"""


def svg(
    layers: Sequence[LayerInfo],
    name: str,
    words: Mapping[str, str] = WORDS,
    note: str | None = None,
    chosen: int | None = None,
    standalone: bool = False,
    number=lambda value: f"{value:,}",
) -> str:
    """Return the drawing of a network as an SVG element.

    Args:
        layers: from :func:`ae_core.drawing.layers.read`.
        name: of the network, for its title.
        words: of the drawing, in another language perhaps; kinds without a word keep Keras's.
        note: under the code; None: its bits as the lecture counts.
        chosen: number of a layer to mark.
        standalone: a whole file with its own colours, for light and dark; else a page gives
            ``--ink``, ``--ground`` and ``--accent``, and the rules :data:`CSS`.
        number: writes a number in the visitor's language.
    """
    found = layout(layers, words, note, number)
    top = found.top - HEAD
    size = f"{found.width:.0f}", f"{found.bottom - top + 6:.0f}"
    body = [_line(line) for line in found.lines]
    body += [_bracket(*bracket, found.top, words) for bracket in found.brackets]
    body += [_box(box, words, number, chosen) for box in found.boxes]
    head = "<?xml version='1.0' encoding='UTF-8'?>\n" if standalone else ""
    return (
        f"{head}<svg xmlns='http://www.w3.org/2000/svg' class='ae-net' role='img' "
        f"width='{size[0]}' height='{size[1]}' viewBox='0 {top:.1f} {size[0]} {size[1]}' "
        f"aria-labelledby='ae-net-title ae-net-desc'>"
        f"<title id='ae-net-title'>{html.escape(words['title'].format(name=name))}</title>"
        f"<desc id='ae-net-desc'>{html.escape(describe(layers, words, number))}</desc>"
        f"{_own_style(found, top) if standalone else ''}{''.join(body)}</svg>"
    )


def layout(
    layers: Sequence[LayerInfo],
    words: Mapping[str, str] = WORDS,
    note: str | None = None,
    number=lambda value: f"{value:,}",
) -> Layout:
    """Return where everything stands in the drawing that :func:`svg` returns."""
    return place(layers, {i.number: _labels(i, layers, words, note, number) for i in layers})


def describe(
    layers: Sequence[LayerInfo],
    words: Mapping[str, str] = WORDS,
    number=lambda value: f"{value:,}",
) -> str:
    """Return the drawing in words: the shape after each layer, in order."""
    return "; ".join(
        f"{i.number}: {operation(i, layers, words)} {shape_text(i.shape, number)}" for i in layers
    )


def operation(i: LayerInfo, layers: Sequence[LayerInfo], words: Mapping[str, str] = WORDS) -> str:
    """Return what a layer does, shortly: "conv 5×5 ÷2"."""
    if i is layers[0]:
        return words["input"]
    parts = [words.get(i.kind, i.kind)]
    if i.kernel and i.kind.startswith("Conv2D"):
        parts.append(f"{i.kernel[0]}×{i.kernel[1]}")
    if i.factor > 1:
        parts.append(f"÷{i.factor:g}")
    elif i.factor < 1:
        parts.append(f"×{1 / i.factor:g}")
    return " ".join(parts)


def shape_text(shape: Sequence[int], number=lambda value: f"{value:,}") -> str:
    """Return "14×14×32"; ``number`` writes one in the visitor's language."""
    return "×".join(map(number, shape))


def _labels(i: LayerInfo, layers, words, note, number) -> tuple[str, ...]:
    """Return the lines under a layer: its number, what it does, its shape where that is new."""
    if i.kind in JOINTS and i is not layers[-1]:
        return (str(i.number),)
    before = [layers[n - 1].shape for n in i.inputs]
    lines = [str(i.number), operation(i, layers, words)]
    if i is layers[-1]:
        lines[1] = words["output"]
    if i.code:
        lines[1] = words["code"]
        bits = words["bits"].format(n=number(CODE_BITS * i.values)) if note is None else note
        return (*lines, shape_text(i.shape, number), bits)
    if before and all(shape == i.shape for shape in before) and i is not layers[-1]:
        return tuple(lines)
    return (*lines, shape_text(i.shape, number))


def _box(box: Box, words, number, chosen: int | None) -> str:
    i = box.layer
    classes = ["layer", *(["code"] if i.code else []), *(["chosen"] if i.number == chosen else [])]
    said = [f"{i.number} · {i.path}", i.kind, shape_text(i.shape, number)]
    if i.parameters:
        said.append(words["parameters"].format(n=number(i.parameters)))
    said.append(words["sees"].format(h=i.field[0], w=i.field[1]))
    parts = [f"<title>{html.escape(' · '.join(said))}</title>"]
    middle = box.middle
    if box.joint:
        parts.append(f"<circle class='face' cx='{middle:.1f}' cy='{box.y:.1f}' r='{JOINT}'/>")
        parts.append(f"<text x='{middle:.1f}' y='{box.y + 4:.1f}'>{box.joint}</text>")
    else:
        parts += _volume(box)
    if i.told:
        told = ", ".join(words.get(name, name) for name in i.told)
        parts.append(f"<path class='line' d='M{middle:.1f},{box.top - 13:.1f} V{box.top:.1f}'/>")
        parts.append(f"<text x='{middle:.1f}' y='{box.top - 16:.1f}'>{html.escape(told)}</text>")
    for place_, line in enumerate(box.labels):
        quiet = "" if place_ == 1 else " class='quiet'"
        y = box.bottom + 12 * (place_ + 1)
        parts.append(f"<text{quiet} x='{middle:.1f}' y='{y:.1f}'>{html.escape(line)}</text>")
    return f"<g class='{' '.join(classes)}' data-layer='{i.number}'>{''.join(parts)}</g>"


def _volume(box: Box) -> list[str]:
    """Return front, lid and side of a box that leads back to the right."""
    x, y = box.x, box.top + box.dy
    front = f"M{x:.1f},{y:.1f} h{box.width:.1f} v{box.height:.1f} h{-box.width:.1f} Z"
    lid = (
        f"M{x:.1f},{y:.1f} l{box.dx:.1f},{-box.dy:.1f} h{box.width:.1f} l{-box.dx:.1f},{box.dy:.1f} Z"
    )
    side = (
        f"M{x + box.width:.1f},{y:.1f} l{box.dx:.1f},{-box.dy:.1f} v{box.height:.1f} "
        f"l{-box.dx:.1f},{box.dy:.1f} Z"
    )
    return [
        f"<path class='face lid' d='{lid}'/>",
        f"<path class='face side' d='{side}'/>",
        f"<path class='face' d='{front}'/>",
    ]


def _line(line: Line) -> str:
    points = line.points
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        a, b = _towards(at, before), _towards(at, after)
        path += f" L{a[0]:.1f},{a[1]:.1f} Q{at[0]:.1f},{at[1]:.1f} {b[0]:.1f},{b[1]:.1f}"
    path += f" L{points[-1][0]:.1f},{points[-1][1]:.1f}"
    return f"<path class='line{' skip' if line.skips else ''}' d='{path}'/>"


def _towards(at, other, radius: float = 6.0) -> tuple[float, float]:
    dx, dy = other[0] - at[0], other[1] - at[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    part = min(radius, length / 2) / length
    return at[0] + dx * part, at[1] + dy * part


def _bracket(part: str, left: float, right: float, top: float, words) -> str:
    """Return a bracket above a part of the network, with its name."""
    return (
        f"<path class='bracket' d='M{left:.1f},{top - 11:.1f} v-5 H{right:.1f} v5'/>"
        f"<text x='{(left + right) / 2:.1f}' y='{top - 21:.1f}'>{html.escape(words[part])}</text>"
    )


def _own_style(found: Layout, top: float) -> str:
    light, dark = ("; ".join(f"--{k}: {v}" for k, v in c.items()) for c in _COLOURS.values())
    return (
        f"<style>.ae-net {{ {light} }} @media (prefers-color-scheme: dark) {{ .ae-net {{ {dark} }} }}"
        f"{CSS}</style><rect x='0' y='{top:.1f}' width='100%' height='100%' fill='var(--ground)'/>"
    )

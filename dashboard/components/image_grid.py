"""Images on the page, pixel for pixel. The only module that calls ``st.image``.

Streamlit turns images into JPEG unless told otherwise, and browsers smooth what they enlarge:
here every image is enlarged by a whole factor, sent as PNG and drawn without smoothing. The PNG
travels inside the page's own message: a second request would cost time, and on a busy machine it
can come after Streamlit has thrown the file away for a newer one.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from ae_core.images import files, paint
from dashboard.components import address
from dashboard.i18n import t

COLUMNS = 8  # images beside each other; more go into a further strip below
_SIDE, _PRESENTED = 98, 164  # a small image is enlarged to at most so many pixels; on a projector
_CLOSE = {5: 168, 4: 196, 3: 288}  # ... and so many when looked at closely, by images in the line


@dataclass(frozen=True)
class Row:
    """One row of a strip: images, what they are, and their mean figures."""

    key: str  # names the row in the page and in the catalogue: "row.<key>"
    pictures: np.ndarray  # uint8 (N, H, W, 1 or 3); may have another size than the images
    figures: tuple[str, ...] = ()
    scale: bool = False  # show the error map's scale under the label
    label: str = ""  # instead of the catalogue's words, for what has a name of its own

    @property
    def name(self) -> str:
        """What the row is called on the page."""
        return self.label or t(f"row.{self.key}")


def strip(rows: Sequence[Row], side: int, figures: dict[str, list[str]], key: str) -> None:
    """Draw rows of as many images each, ``side`` pixels high and wide, with aligned columns.

    ``figures`` stand under the columns: a name, and one text for each column.
    """
    tile = tile_of(side)
    total = len(rows[0].pictures)
    for start in range(0, total, COLUMNS):
        part = slice(start, min(start + COLUMNS, total))
        with st.container(key=f"strip-{key}-{start}", gap=None):
            for row in rows:
                _row(row, part, tile, f"{key}-{start}-{row.key}")
            cell = tile + paint.GAP
            st.html(_figures_table({k: v[part] for k, v in figures.items()}, cell))


def tile_of(side: int) -> int:
    """Return how many pixels of the page an image of ``side`` pixels has in a strip."""
    return side * max(1, (_PRESENTED if address.presented() else _SIDE) // side)


def pick(page: str, total: int) -> int:
    """Draw the heading and the choice of one of ``total`` images to see from near; return which."""
    st.header(t("explore.closer"), anchor=False)
    state, key = st.session_state, f"{page}_pick"
    state[key] = min(state.get(key, 1), total)
    if total > 1:
        st.select_slider(t("explore.pick"), range(1, total + 1), key=key, width=360)
    return state[key] - 1


def closer(rows: Sequence[Row], index: int, captions: dict[str, str], key: str) -> None:
    """Draw one column of a strip large, side by side, with a caption under each image."""
    side = _CLOSE.get(len(rows), 224)
    with st.container(horizontal=True, gap="small", key=f"closer-{key}"):
        for row in rows:
            uri, cell = _line(row.pictures[index : index + 1], side, side)
            with st.container(width=cell, gap="xxsmall", key=f"closer-{key}-{row.key}"):
                alt = t("alt.closer", row=row.name, number=index + 1)
                _draw(uri, cell, alt)
                caption = captions.get(row.key, "")
                st.html(f"<div class='ae-label'><b>{html.escape(row.name)}</b><i>{caption}</i></div>")


def samples(x: np.ndarray, label: str, alt: str, key: str) -> None:
    """Draw one labelled row of images, uint8 (N, H, W, C), in the strip's measure."""
    tile = tile_of(max(x.shape[1:3]))
    with st.container(horizontal=True, gap=None, key=f"striprow-{key}"):
        st.html(f"<div class='ae-label'><b>{label}</b></div>", width="content")
        _draw(*_line(x, tile, tile + paint.GAP), alt)


def sheet(x: np.ndarray, columns: int, most: int, alt: str, key: str) -> None:
    """Draw images, uint8 (N, H, W, C), as one, each enlarged to at most ``most`` pixels.

    It scrolls where it is too wide.
    """
    picture = paint.sheet(x, columns, max(1, most // max(x.shape[1:3])))
    with st.container(key=f"strip-{key}", gap=None):
        _draw(files.data_uri(paint.coloured(picture)), picture.shape[1], alt)


def moving(content: bytes, kind: str, width: int, alt: str, key: str) -> None:
    """Draw an animation, a whole file of type ``kind`` ("image/webp"), ``width`` pixels wide."""
    uri = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
    with st.container(key=f"closer-{key}", gap=None):
        st.image(uri, width=width, output_format="PNG", alt=alt)


def _row(row: Row, part: slice, tile: int, key: str) -> None:
    figures = "".join(f"<i>{figure}</i>" for figure in row.figures)
    bar = "<em></em>" if row.scale else ""
    with st.container(horizontal=True, gap=None, key=f"striprow-{key}"):
        st.html(
            f"<div class='ae-label'><b>{html.escape(row.name)}</b>{figures}{bar}</div>",
            width="content",
        )
        said = {"row": row.name, "figures": ", ".join(row.figures)}
        alt = t("alt.row", first=part.start + 1, last=part.stop, **said)
        _draw(*_line(row.pictures[part], tile, tile + paint.GAP), alt)


def _line(pictures: np.ndarray, side: int, cell: int) -> tuple[str, int]:
    """Return the address and the width of one row of images, uint8 (N, H, W, 1 or 3).

    Each is enlarged to at most ``side`` pixels, in a cell of ``cell`` or what more it needs.
    """
    return _made(pictures.tobytes(), pictures.shape, side, cell)


@lru_cache(maxsize=256)  # known by what they show: a row made for one visitor serves all
def _made(content: bytes, shape: tuple[int, ...], side: int, cell: int) -> tuple[str, int]:
    tiles = paint.fit(np.frombuffer(content, np.uint8).reshape(shape), side)
    picture = paint.coloured(paint.montage(tiles, max(cell, *tiles.shape[1:3])))
    return files.data_uri(picture), picture.shape[1]


def _draw(uri: str, width: int, alt: str) -> None:
    st.image(uri, width=width, output_format="PNG", alt=alt)


def _figures_table(figures: dict[str, list[str]], cell: int) -> str:
    lines = [
        f"<tr><th scope='row'>{name}</th>"
        + "".join(f"<td style='width:{cell}px;min-width:{cell}px'>{v}</td>" for v in values)
        + "</tr>"
        for name, values in figures.items()
    ]
    return f"<table class='ae-figures'>{''.join(lines)}</table>"

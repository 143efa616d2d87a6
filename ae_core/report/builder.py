"""From an order to two files: the cells are run in a kernel of this Python, then laid out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ae_core.errors import UserError
from ae_core.files import replacing, writing
from ae_core.machine import processes
from ae_core.report import execute, notebook
from ae_core.report.request import Order, chosen
from ae_core.report.store import NOTEBOOK, PAGE
from ae_core.report.wording import Words

_TEMPLATE = Path(__file__).parent / "template"


def build(
    order: Order,
    folder: Path,
    progress: execute.Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Path, Path]:
    """Build a report; the folder then holds `report.ipynb`, executed, and `report.html`.

    Args:
        order: what is asked for.
        folder: made where it is missing; earlier reports in it are replaced when all went well.
        progress: called with (fraction 0 to 1, what is being done), several times a second.
        should_stop: asked as often; the cells' process is then ended. So it is by Ctrl-C.

    Returns:
        The paths of the notebook and of the page.

    Raises:
        UserError: no such run, data that do not fit, a cell that failed, or a folder that cannot be
            written.
        Cancelled: it was asked to stop.
    """
    tell = progress or (lambda fraction, text: None)
    folder = Path(folder).resolve()
    runs = chosen(order)
    with writing(folder, "choose"):
        folder.mkdir(parents=True, exist_ok=True)
    tell(0.0, "preparing")
    cells = notebook.cells(order, runs, _seen_from(folder))
    filled = _notebook(order, cells)
    execute.execute(filled, [cell.seconds for cell in cells], folder, tell, should_stop)
    tell(0.97, "writing")
    import nbformat

    texts = {NOTEBOOK: nbformat.writes(filled) + "\n", PAGE: page(filled)}
    for name, text in texts.items():
        with writing(folder, "choose"), replacing(folder / name) as path:
            path.write_text(text, encoding="utf-8")
    tell(1.0, "done")
    return folder / NOTEBOOK, folder / PAGE


def page(filled) -> str:
    """Return an executed notebook as one HTML page that needs no other file and no network."""
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    exporter = HTMLExporter(template_file=str(_TEMPLATE / "page.html.j2"), exclude_anchor_links=True)
    words = Words(filled.metadata.report.language)
    style = (_TEMPLATE / "page.css").read_text(encoding="utf-8")
    style += HtmlFormatter(style="default").get_style_defs(".highlight")
    resources = {"words": words.part("page"), "style": style}
    text, _ = exporter.from_notebook_node(filled, resources={"report": resources})
    return text


def _notebook(order: Order, cells: list[notebook.Cell]):
    try:
        from nbformat import v4
    except ImportError as error:
        raise UserError(
            "Reports need the packages nbformat, nbclient, nbconvert and ipykernel: install them "
            "with `pip install -r requirements.txt`."
        ) from error
    found = v4.new_notebook()
    words = Words(order.language)
    title = notebook.title(words, order)
    found.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    found.metadata.language_info = {"name": "python"}
    found.metadata.report = {"language": order.language, "title": title, "author": order.author}
    for number, cell in enumerate(cells):
        one = (v4.new_code_cell if cell.code else v4.new_markdown_cell)(cell.source)
        one.id = f"cell-{number}"
        if cell.section:
            one.metadata.section = {"name": cell.section[0], "title": cell.section[1]}
        found.cells.append(one)
    return found


def _seen_from(folder: Path) -> str:
    """Return the program's folder as seen from the report's, so that no home folder is named."""
    try:
        return Path(os.path.relpath(processes.ROOT, folder)).as_posix()
    except ValueError:  # another drive
        return str(processes.ROOT)

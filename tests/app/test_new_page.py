"""What a new page takes: its folder, one line in ``app.py``, and its words in both languages."""

import json
import os
import shutil
import subprocess
import sys

from app_support import ROOT

PAGE = """
from dashboard.app_pages.wavelength import view
from dashboard.components import address, query

query.arrive("wavelength", lambda asked: query.from_address(view.View(), asked))
address.show("wavelength", query.address(query.get("wavelength", view.View)))
"""
VIEW = """
from dataclasses import dataclass

from dashboard.components import query


@dataclass(frozen=True)
class View:
    colour: int = query.whole(550, 380, 780)
"""
LOOK = """
import pathlib
from streamlit.testing.v1 import AppTest

folder = pathlib.Path("dashboard").resolve()
at = AppTest.from_file(folder / "app.py", default_timeout=240)
at.context = {"locale": "pt-BR"}
at.run()
assert not at.exception
at.switch_page(str(folder / "app_pages/wavelength/page.py"))
at.query_params.clear()
at.query_params["colour"], at.query_params["odd"] = "600", "1"
at.run()
assert not at.exception
assert [str(h.value).count("pt-BR.json") for h in at.html].count(1) == 1
assert len(at.info) == 1 and "odd" in at.info[0].value and "colour" not in at.info[0].value
assert dict(at.query_params) == {"colour": "600"}
"""


CATALOGUES = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/i18n/*.json")]


def test_a_page_is_a_folder_a_line_and_its_words(tmp_path):
    for room in ("ae_core", "dashboard"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    folder = tmp_path / "dashboard" / "app_pages" / "wavelength"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A page that no course needs."""\n')
    (folder / "page.py").write_text(PAGE)
    (folder / "view.py").write_text(VIEW)
    app = tmp_path / "dashboard" / "app.py"
    lines = app.read_text().splitlines(keepends=True)
    lines.insert(lines.index('    "report",\n') + 1, '    "wavelength",\n')
    app.write_text("".join(lines))
    for path in CATALOGUES:
        known = json.loads((ROOT / path).read_text(encoding="utf-8"))
        known |= {"wavelength.title": "Wavelength", "wavelength.lead": f"Light in {path}"}
        (tmp_path / path).write_text(json.dumps(known), encoding="utf-8")
    none = str(tmp_path / "no-runs")
    env = os.environ | {"PYTHONPATH": str(tmp_path), "AE_ARTIFACTS_DIR": none}
    subprocess.run([sys.executable, "-c", LOOK], check=True, cwd=tmp_path, env=env, timeout=300)

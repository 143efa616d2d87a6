"""Rules of the dashboard's code that no reviewer should have to remember."""

import ast
import re

from app_support import ROOT

SOURCES = sorted((ROOT / "dashboard").rglob("*.py"))
WIDGETS = {
    "button",
    "selectbox",
    "select_slider",
    "slider",
    "toggle",
    "number_input",
    "text_input",
    "segmented_control",
    "download_button",
    "file_uploader",
    "checkbox",
    "radio",
    "pills",
    "dataframe",
    "popover",
    "expander",
}
WITH_ALT = {"image", "line_chart", "altair_chart", "plotly_chart", "vega_lite_chart", "dataframe"}


def streamlit_calls():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if getattr(getattr(called, "value", None), "id", "") == "st":
                yield path, node, node.func.attr, {k.arg for k in node.keywords}


def test_pictures_is_the_only_caller_of_st_image_and_sends_png():
    for path, node, name, _ in streamlit_calls():
        if name == "image":
            assert path.name == "image_grid.py"
            chosen = next(k.value for k in node.keywords if k.arg == "output_format")
            assert chosen.value == "PNG"


def test_every_widget_has_a_key_and_every_picture_a_text():
    for path, node, name, given in streamlit_calls():
        where = f"{path.name}:{node.lineno} st.{name}"
        if name in WIDGETS:
            assert "key" in given, where
        if name in WITH_ALT:
            assert "alt" in given, where
        assert "use_container_width" not in given, where


def test_core_never_imports_streamlit():
    for path in (ROOT / "ae_core").rglob("*.py"):
        assert "streamlit" not in {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for name in (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }, path


def test_the_settings_keep_the_server_local_and_silent():
    import tomllib

    settings = tomllib.loads((ROOT / "dashboard/.streamlit/config.toml").read_text())
    assert settings["server"]["address"] == "localhost"
    assert settings["server"]["showEmailPrompt"] is False
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["runner"]["magicEnabled"] is False
    for theme in ("light", "dark"):
        assert len(settings["theme"][theme]["chartCategoricalColors"]) == 10
        assert len(settings["theme"][theme]["chartSequentialColors"]) == 10
    assert set(settings["theme"]["light"]) == set(settings["theme"]["dark"])
    assert "http" not in (ROOT / "dashboard/.streamlit/config.toml").read_text().split("# ")[0]


def test_no_rule_of_style_is_there_for_nothing():
    """Every class of ours that a style sheet names is drawn somewhere."""
    folder = ROOT / "dashboard"
    drawn = "\n".join(
        path.read_text("utf-8") for end in ("py", "js", "html") for path in folder.rglob(f"*.{end}")
    )
    for sheet in folder.rglob("*.css"):
        for name in set(re.findall(r"\.(ae-[a-z-]+)", sheet.read_text("utf-8"))):
            assert name in drawn, f"{sheet.name}: .{name}"

"""What people name is text: no name reaches HTML, Markdown or a chart as it is.

Names are followed through the source: from what gives one, by assignments, calls and what functions
return, to what draws it. A name on its way must pass the helper of the place where it is drawn.
"""

import ast
from collections import defaultdict
from pathlib import Path

from app_support import ROOT

SOURCES = sorted((ROOT / "dashboard").rglob("*.py"))
MARKDOWN, HTML, CHART = "Markdown", "HTML", "chart"
EVERYWHERE = frozenset((MARKDOWN, HTML, CHART))
# What gives a name of somebody's: functions, and attributes of runs, sets, files and samples.
GIVES = {
    *("title", "set_label", "entry_label", "config_line", "translated"),
    *("data_dir", "stem", "file_stem", "own_stems", "status"),
}
HOLDS = {"title", "classes", "citation", "problem", "file_name"}
# The helper of each place: what it returns may stand there.
HELPERS = {
    "as_text": MARKDOWN,
    "spoken": MARKDOWN,
    "missing_sentence": MARKDOWN,
    "as_code": MARKDOWN,
    "escape": HTML,
}
DRAWS = {  # Streamlit's calls -> what they read in their first argument
    **dict.fromkeys(
        (
            *("markdown", "caption", "error", "warning", "info", "success", "header", "subheader"),
            *("page_link", "expander", "spinner", "dialog", "toast", "checkbox", "tabs"),
            *("explanation", "confirm"),
        ),
        MARKDOWN,
    ),
    "html": HTML,
}
IN_MARKDOWN = {"label", "help"}  # keywords of widgets
IN_CHARTS = {"name", "hovertemplate", "ticktext"}  # and `text` of traces
# These escape what they are given, or return no text: lines of tables, labels of rows of images.
PLAIN = {"facts", "_line", "Row", "_pictures", "len", "mean_decibel", "per_image", "class_colour"}
PLAIN |= {"called", "decibels_per_image", "plain_decibels", "sentence"}
PLAIN |= {"int", "float", "number", "share", "short", "_doing", "_preparing"}


def name_of(called):
    return getattr(called, "attr", getattr(called, "id", ""))


def known_as(name, path):
    """Return under which name what a function gives is noted: a private one's is its file's."""
    return f"{path}:{name}" if name.startswith("_") else name


class Flow(ast.NodeVisitor):
    """Follows names through one function; ``unsafe`` says where each local variable may not stand."""

    def __init__(self, gives, is_chart, path=""):
        self.gives, self.is_chart, self.path = gives, is_chart, path
        self.unsafe, self.returned, self.found = {}, frozenset(), []

    def of(self, node):
        """Return in which places the value of an expression may not stand."""
        if node is None or isinstance(node, ast.Constant):
            return frozenset()
        if isinstance(node, ast.Name):
            return self.unsafe.get(node.id, EVERYWHERE if node.id == "status" else frozenset())
        if isinstance(node, ast.Attribute):
            return EVERYWHERE if node.attr in HOLDS else frozenset()
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, (ast.Compare, ast.Lambda)):
            return frozenset()
        if isinstance(node, ast.IfExp):
            return self.of(node.body) | self.of(node.orelse)
        if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)):
            for loop in node.generators:
                self._bind(loop.target, self.of(loop.iter), loop.iter)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return frozenset().union(*map(self.of, parts))
        return frozenset().union(*(self.of(child) for child in ast.iter_child_nodes(node)))

    def _of_call(self, node):
        called = name_of(node.func)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        inside = frozenset().union(*map(self.of, given)) if given else frozenset()
        if isinstance(node.func, ast.Attribute):
            inside |= self.of(node.func.value)
        if called == "t":  # the first argument names a text, which is the program's own
            inside = frozenset().union(*(self.of(k.value) for k in node.keywords))
        if called == "as_text" and isinstance(node.func, ast.Attribute):
            return inside - {CHART}  # charts.as_text
        if called == "map" and name_of(node.args[0]) in HELPERS:
            helper = node.args[0]
            safe = CHART if isinstance(helper, ast.Attribute) else HELPERS[helper.id]
            return frozenset().union(*map(self.of, node.args[1:])) - {safe}
        if called in HELPERS:
            return (EVERYWHERE if called in ("spoken", "missing_sentence") else inside) - {
                HELPERS[called]
            }
        if called in PLAIN:
            return frozenset()
        return inside | self.gives.get(known_as(called, self.path), frozenset())

    def _bind(self, target, places, value=None):
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=False):
                self._bind(one, self.of(its), its)
            return
        if isinstance(target, ast.Subscript):  # an entry is as safe as the whole
            if isinstance(target.value, ast.Name):
                whole = self.of(target.value) | self.of(target.slice) | places
                self.unsafe[target.value.id] = whole
            return
        counted = isinstance(value, ast.Call) and name_of(value.func) == "enumerate"
        if counted and isinstance(target, ast.Tuple):
            target = target.elts[1]
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.unsafe[node.id] = places

    def visit_Assign(self, node):  # noqa: N802 - as ast calls them
        self.generic_visit(node)
        for target in node.targets:
            self._bind(target, self.of(node.value), node.value)

    def _ways(self, *ways):
        """Follow what may be done or not: afterwards a name is as unsafe as any way leaves it."""
        before, after = dict(self.unsafe), defaultdict(frozenset)
        for way in ways:
            self.unsafe = dict(before)
            for statement in way:
                self.visit(statement)
            for name, places in self.unsafe.items():
                after[name] |= places
        self.unsafe = dict(after)

    def visit_If(self, node):  # noqa: N802
        self.visit(node.test)
        self._ways(node.body, node.orelse)

    def visit_Try(self, node):  # noqa: N802
        handled = [handler.body for handler in node.handlers]
        self._ways([*node.body, *node.orelse], *(node.body + body for body in handled), *handled)
        for statement in node.finalbody:
            self.visit(statement)

    def visit_NamedExpr(self, node):  # noqa: N802
        self.generic_visit(node)
        self._bind(node.target, self.of(node.value))

    def visit_AugAssign(self, node):  # noqa: N802
        self.generic_visit(node)
        self._bind(node.target, self.of(node.target) | self.of(node.value))

    def visit_For(self, node):  # noqa: N802
        self._bind(node.target, self.of(node.iter), node.iter)
        self.generic_visit(node)

    def visit_Return(self, node):  # noqa: N802
        self.generic_visit(node)
        self.returned |= self.of(node.value)

    visit_Yield = visit_Return  # noqa: N815

    def visit_Call(self, node):  # noqa: N802
        self.generic_visit(node)
        called = name_of(node.func)
        # Lists grow by calls: what is put into one may not stand elsewhere than the list.
        if called in ("append", "insert", "extend") and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name):
                name = node.func.value.id
                more = frozenset().union(*map(self.of, node.args))
                self.unsafe[name] = self.unsafe.get(name, frozenset()) | more
        place = DRAWS.get(called)
        if place:
            drawn = node.args[1:2] if called in ("confirm",) else node.args[:1]
            drawn = node.args[1:] if called == "explanation" else drawn
            self._check(node, place, drawn)
        if called in ("strip", "closer"):  # what stands under the images
            self._check(node, HTML, node.args[2:3])
        if called in PLAIN:
            return
        worded = [k.value for k in node.keywords if k.arg in IN_MARKDOWN]
        self._check(node, MARKDOWN, worded)
        if called == "progress":
            self._check(node, MARKDOWN, [k.value for k in node.keywords if k.arg == "text"])
        inscribed = [k.value for k in node.keywords if k.arg in IN_CHARTS]
        if self.is_chart and called.startswith(("add_", "update_")):
            self._check(node, CHART, inscribed)

    def _check(self, node, place, values):
        if any(place in self.of(value) for value in values):
            self.found.append((node.lineno, place, ast.unparse(node)[:90]))

    def visit_FunctionDef(self, node):  # noqa: N802 - those within have their own turn
        pass


def functions():
    """Give (path, body, name) of every function, and of every module."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield path, tree.body, ""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield path, node.body, node.name


def follow(gives, found_in):
    """Return what functions give, after one more round; note what is drawn as it is."""
    after = defaultdict(frozenset, gives)
    for path, body, name in found_in:
        flow = Flow(gives, "add_scatter" in path.read_text(encoding="utf-8"), path)
        for _ in range(2):  # what a loop's end puts into a list, its begin may draw
            flow.found = []
            for statement in body:
                flow.visit(statement)
        if name and name not in HELPERS and name not in PLAIN and not name.startswith("__"):
            after[known_as(name, path)] |= flow.returned
        yield path, flow.found
    gives.update(after)


def test_no_name_is_drawn_without_the_helper_of_its_place():
    gives = defaultdict(frozenset, dict.fromkeys(GIVES, EVERYWHERE))
    every = list(functions())
    for _ in range(4):
        found = list(follow(gives, every))
    unsafe = [
        f"{path.relative_to(ROOT)}:{line} {place}: {call}"
        for path, calls in found
        for line, place, call in calls
    ]
    assert unsafe == [], "\n" + "\n".join(unsafe)


def flows(source):
    flow = Flow(defaultdict(frozenset, dict.fromkeys(GIVES, EVERYWHERE)), True)
    for statement in ast.parse(source).body:
        flow.visit(statement)
    return [place for _, place, _ in flow.found]


def test_the_rule_sees_names_on_their_way():
    assert flows("st.html(f'<b>{library.title(run)}</b>')") == [HTML]
    assert flows("x = library.title(run)\nst.caption(t('a.b', name=x))") == [MARKDOWN]
    assert flows("x = as_text(library.title(run))\nst.caption(x)\nst.html(x)") == [HTML]
    assert flows("a = []\na.append(translated(e))\nst.error(' '.join(a))") == [MARKDOWN]
    assert flows("st.error(spoken(e))\nst.html(html.escape(library.title(r)))") == []
    assert flows("f.add_scatter(name=library.title(run))") == [CHART]
    assert flows("x = library.title(r)\nif a:\n  x = t('b')\nst.progress(0, text=x)") == [MARKDOWN]
    assert flows("try:\n  x = r.title\nexcept E:\n  x = t('b')\nst.caption(x)") == [MARKDOWN]
    assert flows("s = job.status()\nst.progress(0, text=t('a', b=s.get('doing')))") == [MARKDOWN]
    assert flows("f.add_scatter(name=charts.as_text(library.title(run)))") == []
    assert flows("widgets.button('a', 'b', help=library.set_label(s))") == [MARKDOWN]
    assert Path(SOURCES[0]).suffix == ".py"

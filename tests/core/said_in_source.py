"""Finds in the source of ``ae_core`` the sentences that may come before a user's eyes."""

import ast
import re
from collections.abc import Iterator

# Said only to a terminal, or only into the shipped networks' own cards and documents.
ELSEWHERE = (
    "cli/",
    "maintenance/__main__.py",
    "evaluation/card.py",
    "data/sets.py",
    "drawing/architecture.py",
    "report/notebook.py",
    "report/observations.py",
    "report/charts.py",
    "report/images.py",
    "report/figures.py",
)
_NAMES = {"svhn", "notmnist", "title", "epoch", "created"}  # of sets and of entries in files
_RAISED = ("UserError", "DataError", "DataMissing", "Trouble", "_Impossible", "Message")
_PLAIN = re.compile(r"^[a-z]{2,}$|[A-Za-z][a-z]+ | [a-z]{2,}")  # a word, or more; not JPEG or x.npy
_WORDS = re.compile(r"[^<>|#]*[A-Za-z]{2,},? [a-z(][^<>|#]*")  # neither a mark-up nor a table
_UNSAID = ("python -m ", "pip install ", "# ", "\n")  # commands; a line in the terminal


def template(node: ast.AST) -> str | None:
    """Return a literal as a catalogue writes it, ``{0}``, ``{1}`` ... where values stand."""
    if isinstance(node, ast.Constant):
        return _numbered(node.value) if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    places = iter(range(len(node.values)))
    return "".join(
        part.value if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
        for part in node.values
    )


def _numbered(words: str) -> str:
    """Number the named places of a message's template."""
    places = iter(range(words.count("{")))
    return re.sub(r"\{[a-z]\w*(!r)?(:[^{}]*)?\}", lambda place: f"{{{next(places)}}}", words)


class Source:
    """One module: where its names are given their values, and what its functions return."""

    def __init__(self, text: str):
        self.tree = ast.parse(text)
        self.functions = {n.name: n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef)}
        self.calls = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call)]
        self._seen: set[ast.AST] = set()

    def sentences(self) -> Iterator[str]:
        """Yield every error's sentence with the words that are put into it, and all other words."""
        for scope in (*self.functions.values(), self.tree):
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and _name(node.func) in _RAISED and node.args:
                    for part in (node.args[0], *(value.value for value in node.keywords)):
                        yield from self._literals(part, scope)
        yield from self._others()

    def _others(self) -> Iterator[str]:
        documents = {n.value for n in ast.walk(self.tree) if isinstance(n, ast.Expr)}
        parts = {
            part for n in ast.walk(self.tree) if isinstance(n, ast.JoinedStr) for part in n.values
        }
        for node in ast.walk(self.tree):
            words = template(node) if node not in documents | parts else None
            if words and _WORDS.fullmatch(words) and not words.startswith(_UNSAID):
                yield words

    def _literals(self, node: ast.AST, scope: ast.AST) -> Iterator[str]:
        """Yield the literals with words that may become (a part of) what ``node`` is."""
        words = template(node)
        if words and words not in _NAMES and _PLAIN.search(words):
            yield words
        if node in self._seen:
            return
        self._seen.add(node)
        for next_node, where in self._next(node, scope):
            yield from self._literals(next_node, where)

    def _next(self, node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        match node:
            case ast.JoinedStr(values=parts):
                yield from ((p.value, scope) for p in parts if isinstance(p, ast.FormattedValue))
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                yield from ((one, scope), (other, scope))
            case ast.BoolOp(values=any_of):
                yield from ((one, scope) for one in any_of)
            case ast.Call(func=ast.Name(id=name), args=[words, *_]) if name in _RAISED:
                yield from ((v, scope) for v in (words, *(k.value for k in node.keywords)))
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                function = self.functions[name]
                yield from (
                    (n.value, function)
                    for n in ast.walk(function)
                    if isinstance(n, ast.Return) and n.value
                )
            case ast.Call(func=ast.Attribute(value=owner, attr="rstrip" | "strip")):
                yield owner, scope
            case ast.Name(id=name):
                yield from ((value, scope) for value in _given(name, scope))
                yield from self._handed_in(name, scope)

    def _handed_in(self, name: str, scope: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        names = [a.arg for a in scope.args.args] if isinstance(scope, ast.FunctionDef) else []
        for call in self.calls if name in names else ():
            if _name(call.func) == scope.name:
                place = names.index(name) - (names[0] == "self")
                yield from ((a, self.tree) for a in call.args[place : place + 1])
                yield from ((k.value, self.tree) for k in call.keywords if k.arg == name)


def _given(name: str, scope: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(scope):
        if isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield node.value
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (
                    v
                    for t, v in zip(target.elts, node.value.elts, strict=False)
                    if isinstance(t, ast.Name) and t.id == name
                )


def _name(function: ast.AST) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))

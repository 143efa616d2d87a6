"""Labels that lie in a file of their own, beside the arrays of the images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ae_core.data.own import meanings, naming
from ae_core.data.own.reading import Array, Choices, Reading, Source


def joined(
    sources: list[tuple[Path, Source | Reading]], choices: Choices
) -> list[tuple[Path, Source | Reading]]:
    """Sources with the labels that lie in a file of their own, as those of PatchCamelyon do."""
    alone = [entry for entry in sources if isinstance(entry[1], Source)]
    with_images = [entry for entry in alone if meanings.has_images(entry[1], choices)]
    for path, labels in alone:
        same = [(p, s) for p, s in with_images if (p.parent, s.part) == (path.parent, labels.part)]
        if (path, labels) not in with_images and len(same) == 1:
            sources.remove((path, labels))
            at = sources.index(same[0])
            images = same[0][1].arrays
            both = _apart(path, labels.arrays, images) | images
            sources[at] = path, replace(same[0][1], arrays=both)
    return sources


def _apart(path: Path, found: dict[str, Array], others: dict[str, Array]) -> dict[str, Array]:
    """Arrays by other names than those of another file; an only one by its file's, part aside."""
    called = naming.bare(path.stem)
    if len(found) == 1 and called not in others and set(found) & set(others):
        return {called: next(iter(found.values()))}
    return found


def labels_for(
    pools: dict[Path, list[Path]], sources: list[tuple[Path, Source | Reading]], choices: Choices
) -> dict[Path, dict[str, Array]]:
    """The tables of one column in folders of arrays, as arrays of these; they leave ``sources``."""
    found: dict[Path, dict[str, Array]] = {}
    for path, source in list(sources):
        one = isinstance(source, Source) and len(source.arrays) == 1
        if one and path.parent in pools and not meanings.has_images(source, choices):
            called = path.name.partition(".")[0]
            found.setdefault(path.parent, {})[called] = next(iter(source.arrays.values()))
            sources.remove((path, source))
    return found

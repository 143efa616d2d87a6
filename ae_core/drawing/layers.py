"""The layers of a trained network, read from its ``.keras`` file as one flat, ordered list.

A ``.keras`` file is a ZIP with the graph in ``config.json``, where every layer notes the shapes of
what it reads, and the weights in ``model.weights.h5``. Reading both loads no Keras.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ae_core.drawing import fields
from ae_core.errors import UserError
from ae_core.files.reading import UNREADABLE, Damaged, keras_file
from ae_core.networks.elastic import graph

CODE_BITS = 32  # of one code value, as the lecture counts


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a network, its parts joined into one graph.

    Attributes:
        number: 1, 2, … in the order of computation.
        path: its name, after that of its part: "encoder/halve".
        kind: its Keras class.
        shape: of its output, without the batch.
        inputs: numbers of the layers that it reads.
        told: what it is told beside the image: "level", "size".
        kernel: (height, width) of a convolution's or pooling's window, else None.
        factor: by how much it makes the sides smaller (> 1) or larger (< 1).
        activation: "" where there is none.
        parameters: number of weights.
        field: (height, width) in pixels of the part of the image that one of its values sees.
        code: its output is what the decoder gets.
    """

    number: int
    path: str
    kind: str
    shape: tuple[int, ...]
    inputs: tuple[int, ...] = ()
    told: tuple[str, ...] = ()
    kernel: tuple[int, int] | None = None
    factor: float = 1.0
    activation: str = ""
    parameters: int = 0
    field: tuple[int, int] = (0, 0)
    code: bool = False

    @property
    def name(self) -> str:
        """The name within its part."""
        return self.path.rpartition("/")[2]

    @property
    def part(self) -> str:
        """ "encoder", "decoder" or "" for what is in neither."""
        return self.path.rpartition("/")[0]

    @property
    def values(self) -> int:
        """How many numbers it puts out."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Drawn:
    """What is read of a network's file.

    Attributes:
        layers: in the order of computation.
        parameters: number of weights of the whole network.
        tops: the longest codes of an elastic network's decoders; empty if it has one alone.
        top: that of these whose layers are among ``layers``, or None.
    """

    layers: tuple[LayerInfo, ...]
    parameters: int
    tops: tuple[int, ...] = ()
    top: int | None = None


def read(path: Path, size: int | None = None) -> tuple[LayerInfo, ...]:
    """Return the layers of a ``.keras`` file in the order of computation; see :func:`drawn`."""
    return drawn(path, size).layers


def drawn(path: Path, size: int | None = None) -> Drawn:
    """Return what a ``.keras`` file says of a network, and of its layers.

    Args:
        path: the file.
        size: a code size, for an elastic network: the decoders of others are left out. None: its
            longest.

    Raises:
        UserError: the file is missing, damaged, or holds no network of this program.
    """
    try:
        file = keras_file(path)
    except FileNotFoundError as error:
        raise UserError("There is no trained network at {path}.", path=path) from error
    except Damaged as error:
        raise UserError(
            "{path} is no Keras model file, or was cut off; train it again.", path=path
        ) from error
    config, counts = file.config, file.parameters
    try:
        part, top = graph.at_size(config, size)
        found = from_config(part, counts)
        return Drawn(found, sum(counts.values()), tuple(graph.tops(config)), top)
    except (*UNREADABLE, AttributeError) as error:
        raise UserError("{path} holds no network that can be drawn.", path=path) from error


def from_config(config: dict[str, Any], parameters: dict[str, int]) -> tuple[LayerInfo, ...]:
    """Return the layers of a Keras network.

    Args:
        config: its serialised graph, the content of ``config.json``, with one decoder.
        parameters: number of weights by path.
    """
    graph = _Graph()
    outputs = graph.add(config["config"], "", {})
    graph.join_shuffles()
    inputs = [path for path, node in graph.nodes.items() if node.kind == "InputLayer"]
    image = graph.shapes[inputs[0]]
    for place, path in enumerate(outputs):  # nobody reads them, so nobody notes their shapes
        graph.shapes.setdefault(path, image if place == 0 else (1,))
    sees = _told(graph, inputs)
    kept = [path for path in graph.nodes if inputs[0] in sees[path]]
    numbers = {path: place for place, path in enumerate(kept, start=1)}
    found = []
    for path in kept:
        node = graph.nodes[path]
        beside = {name for source in node.sources if source not in numbers for name in sees[source]}
        found.append(
            LayerInfo(
                number=numbers[path],
                path=path,
                kind=node.kind,
                shape=graph.shapes[path],
                inputs=tuple(numbers[s] for s in node.sources if s in numbers),
                told=tuple(name for name in inputs[1:] if name in beside),
                kernel=_kernel(node.options),
                factor=_factor(graph, node, path),
                activation=_activation(node.options),
                parameters=parameters.get(path, 0),
                code=path == graph.code,
            )
        )
    seen = fields.sizes([(i.kind, i.shape, i.inputs, graph.nodes[i.path].options) for i in found])
    return tuple(replace(i, field=size) for i, size in zip(found, seen, strict=True))


@dataclass(frozen=True)
class _Node:
    kind: str
    sources: tuple[str, ...]
    options: dict[str, Any]


@dataclass
class _Graph:
    """A network's layers by path; a nested network's inputs are what it is called with."""

    nodes: dict[str, _Node] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    code: str = ""

    def add(self, config: dict, prefix: str, given: dict[str, str]) -> list[str]:
        """Add all layers of a functional network; return the paths of its outputs."""
        known = {}  # name within this network → paths of the outputs
        for layer in config["layers"]:
            name, options = layer["name"], layer["config"]
            sources = []
            for inner, shape in _references(layer["inbound_nodes"]):
                source = known[inner][0]
                sources.append(source)
                self.shapes[source] = tuple(shape[1:])
            if "layers" in options:
                names = [first for first, *_ in _listed(options["input_layers"])]
                known[name] = self.add(
                    options, f"{prefix}{name}/", dict(zip(names, sources, strict=True))
                )
                if name == "decoder":
                    self.code = sources[0]
                continue
            if layer["class_name"] == "InputLayer" and name in given:
                known[name] = [given[name]]
                continue
            path = prefix + name
            self.nodes[path] = _Node(layer["class_name"], tuple(sources), options)
            if layer["class_name"] == "InputLayer":
                self.shapes[path] = tuple(options["batch_shape"][1:])
            known[name] = [path]
        return [known[first][0] for first, *_ in _listed(config["output_layers"])]

    def join_shuffles(self) -> None:
        """Make one layer, as ``DepthToSpace`` is, of each folding, turning and folding back."""
        for path, last in list(self.nodes.items()):
            turned = self.nodes.get(last.sources[0]) if len(last.sources) == 1 else None
            if last.kind != "Reshape" or turned is None or turned.kind != "Permute":
                continue
            if tuple(turned.options["dims"]) != (1, 3, 2, 4, 5):
                continue
            (folded,) = turned.sources
            block = self.shapes[folded][2]
            source = self.nodes[folded].sources
            del self.nodes[last.sources[0]], self.nodes[folded]
            self.nodes[path] = _Node("DepthToSpace", source, {"block": block})


def _listed(ends: list) -> list:
    """Return inputs or outputs as Keras notes them, always as a list of [name, node, tensor]."""
    return [ends] if isinstance(ends[0], str) else ends


def _references(value: Any) -> Iterator[tuple[str, list]]:
    """Yield (layer, shape) of each tensor in a call's arguments, in their order."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield value["config"]["keras_history"][0], value["config"]["shape"]
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)


def _told(graph: _Graph, inputs: list[str]) -> dict[str, set[str]]:
    """Return for each layer the inputs of the network that it depends on."""
    found: dict[str, set[str]] = {}
    for path, node in graph.nodes.items():
        own = {path} if path in inputs else set()
        found[path] = own.union(*(found[source] for source in node.sources))
    return found


def _kernel(options: dict) -> tuple[int, int] | None:
    size = options.get("kernel_size") or options.get("pool_size")
    return tuple(size) if size else None


def _factor(graph: _Graph, node: _Node, path: str) -> float:
    before = [graph.shapes[s] for s in node.sources if len(graph.shapes[s]) == 3]
    return fields.factor(node.kind, before[0], graph.shapes[path], node.options) if before else 1.0


def _activation(options: dict) -> str:
    found = options.get("activation")
    return found if isinstance(found, str) and found != "linear" else ""

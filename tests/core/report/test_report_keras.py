"""What the notebook of a report holds of a designed network: a program of Keras alone."""

import pytest

from ae_core import networks, report, runs
from ae_core.report import notebook
from ae_core.report.request import chosen


@pytest.mark.parametrize("run_id", [f"letters-situation-{k}" for k in (1, 2, 3, 4)])
def test_a_situation_is_there_as_plain_keras_that_takes_its_weights(run_id):
    order = report.Order((run_id,))
    sources = [cell.source for cell in notebook.cells(order, chosen(order), ".") if cell.code]
    first = next(i for i, source in enumerate(sources) if source.startswith("import keras"))
    names = {}
    for source in sources[first : first + 3]:
        exec(compile(source, "cell", "exec"), names)
    run = runs.get(run_id)
    built = networks.build(run.config, names["autoencoder"].input_shape[1:])
    assert callable(names["train"]) and "ae_core" not in "".join(sources[first : first + 3])
    for half in ("encoder", "decoder"):
        shapes = {la.name: la.output.shape for la in built.get_layer(half).layers}
        assert {la.name: la.output.shape for la in names[half].layers} == shapes
    names["autoencoder"].load_weights(run.model_path)  # one of another shape is an error

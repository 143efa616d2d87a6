"""Tiny runs on own images, to be reported."""

import shutil
from pathlib import Path

import numpy as np
import pytest

SIDE = 16


@pytest.fixture(scope="module")
def tiny_runs(tmp_path_factory):
    """A design, the same as if shipped, and a denoiser for 16×16 images, as they are built.

    The denoiser has no figures yet.
    """
    from ae_core import data, runs
    from ae_core.config import TrainConfig
    from ae_core.evaluation import evaluate
    from ae_core.images.noise import Noise

    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_DATA_DIR", str(folder / "data"))
        patch.setenv("AE_ARTIFACTS_DIR", str(folder / "artifacts"))
        patch.setattr(data, "_loaded", {})
        name = _own_images(folder)
        design = "conv8:k3:s2:relu > vector6 > mirror"
        clean = _run(
            TrainConfig(data=name, network="designed", design=design, code=6, epochs=3),
            "Small <i>code</i>",
        )
        noisy = _run(
            TrainConfig(
                data=name, network="unet", code=0, noise=Noise("gaussian", 40.0, 0.0), epochs=3
            ),
            "",
        )
        evaluate.evaluate(clean)
        assert noisy.evaluation() is None  # the notebook has to measure it
        shutil.copytree(clean.folder, runs.pretrained_dir() / "shipped")
        shipped = runs.get("shipped")
        shipped.update_info(title="Came with it")
        yield [clean, shipped, noisy]
        noisy.remove()


def _own_images(folder: Path) -> str:
    from ae_core.data.own.convert import import_images

    random = np.random.default_rng(5)
    v, u = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = random.uniform(-9, 9, (60, 3, 1, 1))
    x = 128 + 100 * np.sin(waves[:, 0] * u + waves[:, 1] * v + waves[:, 2])
    np.savez(folder / "waves.npz", x=x.astype(np.uint8))
    return import_images(folder / "waves.npz", "waves", SIDE, "grey").dataset


def _run(config, title: str):
    import keras

    from ae_core import networks, runs

    keras.utils.set_random_seed(1)
    run = runs.create(config, title)
    networks.build(config, (SIDE, SIDE, 1)).save(run.model_path)
    lines = [",".join(runs.HISTORY_COLUMNS)]
    for epoch, loss in enumerate((0.25, 0.5, 0.75), start=1):
        lines.append(f"{epoch},{loss},{abs(loss - 0.45)},{10 + epoch},0.001,1.5,{130 + epoch}")
    (run.folder / "history.csv").write_text("\n".join(lines) + "\n")
    run.update_status(state="finished", device="cpu")
    return run

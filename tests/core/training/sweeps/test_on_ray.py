"""A sweep on a Ray cluster of two nodes on this machine, one of which is killed in the middle.

The nodes share no folder with the driver but the data set's, which each finds by its name.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ray = pytest.importorskip("ray", reason="pip install ray==2.60.0 to test sweeps on a cluster")

from ae_core import runs  # noqa: E402 - Ray decides whether there is anything to test
from ae_core.data.own import convert  # noqa: E402
from ae_core.training.sweeps import store  # noqa: E402

ROOT = Path(__file__).resolve().parents[4]
EPOCHS = 12


@pytest.fixture
def images(tmp_path, monkeypatch):
    """The set own-tiny, 80 images, and an empty folder for runs."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_worker_niceness", "0")  # else they starve beside other work
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    import_tiny(tmp_path, tmp_path / "data", seed=0)
    return tmp_path


def import_tiny(folder, data, seed):
    x = np.random.default_rng(seed).integers(0, 256, (80, 28, 28), np.uint8)
    np.save(folder / "x.npy", x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_DATA_DIR", str(data))
        convert.import_images(folder / "x.npy", "tiny", 28, "grey")


@pytest.fixture
def cluster(images):
    """A head that trains nothing, and room for nodes."""
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    yield found
    ray.shutdown()
    found.shutdown()


def sweep(*arguments):
    """Start the command; its output is read when it has ended."""
    return subprocess.Popen(
        [sys.executable, "-m", "ae_core", "sweep", *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ),
    )


def until(true, process, seconds=400.0):
    end = time.monotonic() + seconds
    while not (value := true()):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return value


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_node_dies_and_nothing_is_lost_or_trained_twice(images, cluster):
    nodes = {node.node_id: node for node in (cluster.add_node(num_cpus=1) for _ in range(2))}
    elsewhere = images / "elsewhere"  # a third node has other images of that name
    import_tiny(images, elsewhere, seed=1)
    wrong = cluster.add_node(num_cpus=1, env_vars={"AE_DATA_DIR": str(elsewhere)})
    process = sweep(
        "--name",
        "two",
        "--data",
        "own-tiny",
        "--network",
        "situation-3",
        "--code",
        "4",
        "--level",
        "0,25,50",
        "--epochs",
        str(EPOCHS),
        "--batch",
        "32",
        "--ray",
        cluster.address,
    )

    def half_trained():
        for trial in store.find("two").trials if (store.sweeps_dir() / "two").is_dir() else ():
            run = store.run_of(trial)
            back = run is not None and (run.folder / "checkpoint.npz").is_file()
            if back and 1 <= run.epochs_done() < EPOCHS - 2:
                return run.id, str(run.status().get("device")).split()[0]
        return None

    killed, node_id = until(half_trained, process)
    cluster.remove_node(nodes[node_id], allow_graceful=False)
    output, _ = process.communicate(timeout=500)
    assert process.returncode == 0, output

    found = store.find("two")
    trials = [trial.id for trial in found.trials]
    log = found.log_path.read_text()
    assert len(trials) == 3 and store.matrix(found).count("finished") == 3, output
    refused = re.findall(r"refused \S+ on (\w+) .*: .*others than this sweep's", log)
    assert set(refused) == {wrong.node_id}
    for trial in trials:
        ends = re.findall(rf"end {trial} on (\w+) .*: finished", log)
        starts = re.findall(rf"start {trial} on (\w+) ", log)
        deaths = re.findall(rf"death of (\w+) .* under {trial} after epoch (\d+)", log)
        assert len(ends) == 1 and len(starts) == 1 + len(deaths) + log.count(f"refused {trial} ")
        assert ends[0] != wrong.node_id
        epochs = [int(row["epoch"]) for row in runs.get(trial).rows()]
        assert epochs == list(range(EPOCHS + 1))  # the start, and each once
        if trial == killed:
            assert [node for node, _ in deaths] == [node_id] and int(deaths[0][1]) >= 1
            assert ends[0] != node_id
        assert runs.get(trial).model_path.is_file()
        assert runs.get(trial).evaluation()["tests"][0]["network"]["psnr"] > 0
        assert runs.get(trial).info["data"]["fingerprint"] == found.info["fingerprint"]
    again = sweep("--resume", "two")
    assert again.wait(120) == 0
    assert found.log_path.read_text() == log  # nothing is begun again

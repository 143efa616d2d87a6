"""A backend that is not installed: one sentence with the ways out, whatever was to be done."""

import subprocess
import sys

import pytest

from ae_core.errors import UserError
from ae_core.machine import abilities, backends, doctor, processes

BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def run(folder, names, arguments, backend="tensorflow"):
    """Run a command where the packages ``names`` cannot be imported."""
    (folder / "sitecustomize.py").write_text(BLOCK.format(names=names))
    env = processes.environment() | {"KERAS_BACKEND": backend}
    env["PYTHONPATH"] = f"{folder}:{env['PYTHONPATH']}"
    env["KERAS_HOME"] = str(folder)
    command = [sys.executable, "-m", "ae_core", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture
def only(monkeypatch):
    """Return a function that lets only some backends seem installed, and asks for one."""

    def choose(wanted, *there):
        monkeypatch.setenv("KERAS_BACKEND", wanted)
        monkeypatch.setattr(backends, "installed", lambda name: name in there)

    return choose


def test_what_is_installed_is_named_as_a_way_out(only):
    only("tensorflow", "torch")
    assert "pip install tensorflow, or set KERAS_BACKEND=torch" in backends.missing()
    only("jax", "tensorflow", "torch")
    assert "pip install jax, or set KERAS_BACKEND=tensorflow" in backends.missing()
    only("tensorflow")
    assert "pip install tensorflow, or install another" in backends.missing()
    only("cntk", "tensorflow")
    assert "'cntk'" in backends.missing() and "pip install" not in backends.missing()
    only("tensorflow", "tensorflow")
    assert backends.missing() is None


def test_the_doctor_promises_nothing_without_a_backend(only):
    only("tensorflow", "jax")
    assert doctor.diagnose(doctor.look()) == [backends.missing()]
    only("tensorflow", "tensorflow")
    assert len(doctor.diagnose(doctor.look())) == 2 or doctor.look().gpus


def test_abilities_and_loading_say_it_too(only):
    only("jax", "tensorflow")
    abilities.of.cache_clear()
    assert abilities.of("cpu").problem == backends.missing()
    abilities.of.cache_clear()
    with pytest.raises(UserError, match="KERAS_BACKEND=tensorflow"):
        backends.require()


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--network", "conv"],
        ["sweep", "--code", "2"],
        ["evaluate", "letters-conv-16"],
        ["reconstruct", "letters-conv-16", "x.png", "-o", "{folder}/out"],
        ["compress", "x.png", "-o", "{folder}/x.aep"],
        ["export", "letters-conv-16", "-o", "{folder}/x.onnx"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_ends_with_one_sentence(arguments, tmp_path):
    arguments = [word.format(folder=tmp_path) for word in arguments]
    if "x.png" in arguments:
        from PIL import Image

        Image.new("L", (32, 32)).save(tmp_path / "x.png")
        arguments[arguments.index("x.png")] = str(tmp_path / "x.png")
    done = run(tmp_path, ("tensorflow", "torch", "jax"), arguments)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr == (
        "error: Keras is to compute with tensorflow, which is not installed: pip install tensorflow, "
        "or install another backend and set KERAS_BACKEND to its name (tensorflow, jax or torch).\n"
    )


@pytest.mark.parametrize("arguments", [["devices"], ["devices", "--doctor"]], ids=" ".join)
def test_devices_without_tensorflow_says_what_is_true(arguments, tmp_path):
    done = run(tmp_path, ("tensorflow",), arguments)
    words = " ".join(done.stdout.split())
    assert done.returncode == 0 and not done.stderr
    assert "tensorflow, which is not installed: pip install tensorflow" in words
    assert "on the CPU, only slower" not in words and "computes with" not in words


@pytest.mark.long
def test_jax_works_where_tensorflow_is_not_installed(tmp_path):
    if not backends.installed("jax"):
        pytest.skip("jax is not installed")
    from PIL import Image

    Image.new("L", (32, 32), 90).save(tmp_path / "x.png")
    wanted = ["reconstruct", "letters-conv-16", str(tmp_path / "x.png"), "-o", str(tmp_path / "out")]
    done = run(tmp_path, ("tensorflow",), wanted, "jax")
    assert done.returncode == 0, done.stderr
    assert "PSNR" in done.stdout
    done = run(tmp_path, ("tensorflow",), ["devices", "--doctor"], "jax")
    assert "which is not installed" not in done.stdout

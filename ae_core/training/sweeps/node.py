"""What runs on a machine of the cluster: one trial, in a folder of its own, told file by file."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from pathlib import Path

from ae_core.errors import DataError, UserError
from ae_core.files import temporary_folder
from ae_core.jobs import leftovers
from ae_core.training.worker import Measure

LAST = ("checkpoint.npz", "status.json")  # a history may be ahead of its checkpoint, not behind


class Node:
    """A Ray actor; it trains in a thread, so that it can answer meanwhile."""

    def __init__(self):
        self._room = temporary_folder()
        self._home = Path(self._room.name)
        leftovers.sweep_temporary()  # of actors before, which may have been killed
        self._folder = self._home
        self._thread: threading.Thread | None = None
        self._refused = ""

    def begin(
        self,
        run_id: str,
        files: dict[str, bytes],
        fingerprint: str,
        device: str,
        measure: Measure | None = None,
    ) -> None:
        """Train the run that ``files`` hold, from its checkpoint where they have one.

        Args:
            run_id: the run's name.
            files: content by path in the run folder.
            fingerprint: that the images must have; empty where none is known yet.
            device: "cpu", or "gpu:0" for the GPU that Ray gave to this process.
            measure: what is done with the finished network.
        """
        self._folder = self._home / "runs" / run_id
        for name, content in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._thread = threading.Thread(
            target=self._train, args=(fingerprint, device, measure), name="trial", daemon=True
        )
        self._thread.start()

    def news(self, seen: dict[str, int]) -> dict:
        """Return the files that are new or changed since ``seen``, and whether the trial ended.

        Returns:
            ``files``: content by path, in the order in which they are to be written; ``stamps``:
            what to give as ``seen`` the next time; ``ended``; ``refused``: why this machine cannot
            train the trial, or nothing.
        """
        ended = self._thread is not None and not self._thread.is_alive()  # before the files are read
        found: dict[str, bytes] = {}
        stamps = dict(seen)
        paths = [path for path in self._folder.rglob("*") if not path.name.startswith(".")]
        paths = [path for path in paths if path.is_file() and path.name != "cancel"]
        for path in sorted(paths, key=_place, reverse=True):  # the checkpoint first: see LAST
            with contextlib.suppress(OSError):
                stamp = path.stat().st_mtime_ns
                name = path.relative_to(self._folder).as_posix()
                if seen.get(name) != stamp:
                    found[name] = path.read_bytes()
                    stamps[name] = stamp
        ordered = dict(sorted(found.items(), key=lambda entry: _place(Path(entry[0]))))
        return {"files": ordered, "stamps": stamps, "ended": ended, "refused": self._refused}

    def stop(self) -> None:
        """Stop after the current batch."""
        with contextlib.suppress(OSError):
            (self._folder / "cancel").touch()

    def leave(self) -> None:
        """Delete what the trial left on this machine; everything was told."""
        with contextlib.suppress(OSError):
            self._room.cleanup()

    def _train(self, fingerprint: str, device: str, measure: Measure | None) -> None:
        os.environ["AE_ARTIFACTS_DIR"] = str(self._home)
        from ae_core import runs
        from ae_core.machine import devices, provenance
        from ae_core.training import worker

        os.environ.update(devices.for_training(device) | {worker.ASSIGNED_DEVICE: device})
        run = runs.Run(self._folder)
        try:
            _check_images(run.config.data, fingerprint)
        except DataError as error:
            self._refused = error.message
            return
        run.update_info(machine=provenance.machine(), versions=provenance.versions())
        with contextlib.suppress(UserError):  # it stands in status.json
            worker.work(run, measure=measure)


def images_fingerprint(name: str) -> str:
    """Return the fingerprint of a data set, or those of joined ones with a plus between them.

    Raises:
        DataMissing: it is not on this machine.
    """
    from ae_core import data

    return "+".join(data.load(member).fingerprint for member in data.members(name))


def _check_images(name: str, fingerprint: str) -> None:
    where = platform.node()
    try:
        found = images_fingerprint(name)
    except DataError as error:
        raise DataError("On {where}: {error}", where=where, error=error) from error
    if fingerprint and found != fingerprint:
        raise DataError(
            "The images of {name} on {where} are others than this sweep's (fingerprint {found}, not "
            "{fingerprint}): put the same files there.",
            name=name,
            where=where,
            found=found,
            fingerprint=fingerprint,
        )


def _place(path: Path) -> int:
    return LAST.index(path.name) + 1 if path.name in LAST else 0

"""What is measured: which devices, networks and batches, how often and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ae_core.errors import Message, UserError, check_choice, check_number, check_whole
from ae_core.machine import devices

BATCHES = (32, 128, 512, 2048, 4096)
SIZES = {"small": 16, "medium": 64, "large": 96}  # maps of ae_core.networks.conv
MOST_BATCH = 65_536
DATA, CODE, SIGMA = "numbers", 64, 25.0  # the colour autoencoder's task, on images drawn here
EPOCH_IMAGES = 51_280  # SVHN's training images: the epoch that all seconds per epoch speak of
AGAINST = "cpu"

_ID = re.compile(r"(cpu|gpu:\d{1,3})(?:/(\d{1,3}|bfloat16))?")


@dataclass(frozen=True)
class Contestant:
    """A way to train: a device, perhaps with fewer threads or in half-width arithmetic.

    ``id`` is what it is called everywhere: "cpu", "cpu/1", "gpu:0", "gpu:0/bfloat16".
    """

    id: str
    device: str
    threads: int | None = None
    precision: str = "float32"

    @property
    def kind(self) -> str:
        return self.device.partition(":")[0]

    def environment(self) -> dict[str, str]:
        """Return the variables that make a process train in this way."""
        found = devices.for_training(self.device)
        if self.threads is not None:
            names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
            found |= dict.fromkeys(names, str(self.threads))
        return found


@dataclass(frozen=True)
class Plan:
    """One measurement, whole."""

    contestants: tuple[Contestant, ...]
    batches: tuple[int, ...] = BATCHES
    sizes: tuple[str, ...] = tuple(SIZES)
    repeats: int = 3
    seconds: float = 2.0  # of one repeat
    limit_seconds: float = 120.0  # the most that the steps of one cell may take
    images: int = 5_600  # training images in memory; batches are drawn from them
    validation_images: int = 256
    quality_epochs: int = 2
    quality_images: int = 2_048
    quality_batch: int = 128
    note: str = ""

    def __post_init__(self):
        if not self.contestants:
            raise UserError("At least one device must be measured.")
        ids = [c.id for c in self.contestants]
        if len(set(ids)) < len(ids):
            raise UserError("A device stands twice in {ids}.", ids=", ".join(ids))
        if not self.batches:
            raise UserError("At least one batch size must be measured.")
        if not self.sizes:
            raise UserError("At least one network size must be measured.")
        for batch in self.batches:
            check_whole(Message("batch size"), batch, 1, MOST_BATCH)
        for size in self.sizes:
            check_choice(Message("network size"), size, tuple(SIZES))
        check_whole(Message("number of repeats"), self.repeats, 1, 100)
        check_number(Message("time of a repeat in seconds"), self.seconds, 0.01, 600)


def parse(words: str | None) -> tuple[Contestant, ...]:
    """Read what ``--devices`` was given: "cpu,gpu:0", "cpu,cpu/1", "gpu:0/bfloat16"; "all".

    None or "all" is the CPU and every GPU, the GPUs in bfloat16 too.

    Raises:
        UserError: a word is none of these, or names a GPU that is not there.
    """
    if words is None or words.strip() == "all":
        found = [Contestant("cpu", "cpu")]
        for device in devices.devices()[1:]:
            found.append(Contestant(device.id, device.id))
            found.append(Contestant(f"{device.id}/bfloat16", device.id, precision="bfloat16"))
        return tuple(found)
    return tuple(_one(word.strip()) for word in words.split(",") if word.strip())


def quick(contestants: tuple[Contestant, ...], note: str = "") -> Plan:
    """Return a plan of about a minute: two batches, short repeats."""
    return Plan(
        contestants,
        batches=(32, 512),
        repeats=2,
        seconds=1.0,
        limit_seconds=30.0,
        quality_epochs=1,
        quality_images=512,
        note=note,
    )


def _one(word: str) -> Contestant:
    match = _ID.fullmatch("gpu:0" + word[3:] if re.match(r"gpu(/|$)", word) else word)
    if match is None:
        raise UserError(
            "{word!r} names no device: say cpu, cpu/1 (with one thread), gpu:0 or gpu:0/bfloat16.",
            word=word,
        )
    device, way = match[1], match[2]
    devices.resolve(device)  # a GPU that is not there is refused here
    if way is None:
        return Contestant(match[0], device)
    if way == "bfloat16":
        return Contestant(match[0], device, precision="bfloat16")
    if device != "cpu" or not 1 <= int(way) <= devices.cores():
        raise UserError(
            "{word!r}: only the CPU takes a number of threads, from 1 to {cores} here.",
            word=word,
            cores=devices.cores(),
        )
    return Contestant(match[0], device, threads=int(way))

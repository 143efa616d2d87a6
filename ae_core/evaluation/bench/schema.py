"""What a file of results holds, number 1. Every figure in it was measured; what was not is None."""

from typing import NotRequired, TypedDict

KIND, SCHEMA = "devices", 1


class Device(TypedDict):
    id: str  # what cells name: "cpu", "cpu/1" (with one thread), "gpu:0", "gpu:0/bfloat16"
    device: NotRequired[str]
    name: str
    kind: str  # "cpu" or "gpu"
    threads: float | None
    precision: str
    memory_bytes: float | None
    driver: str
    energy: str  # who counts it: "RAPL", "nvidia-smi" or "" (nobody)
    problem: str  # a sentence where the device could not be measured at all, else ""


class Size(TypedDict):
    name: str  # "small", "medium" (the colour autoencoder as trained everywhere else), "large"
    width: float
    parameters: float | None


class Cell(TypedDict):
    device: str
    size: str
    batch: float
    state: str  # "measured", or "skipped": then ``reason`` says why and every figure is None
    reason: str
    repeats: list[dict]  # {steps, images, seconds, images_per_second, joules}
    compile_seconds: float | None
    steps_per_execution: NotRequired[float | None]
    images_per_second: float | None  # median, lowest and highest of the repeats
    images_per_second_low: float | None
    images_per_second_high: float | None
    seconds_per_epoch: float | None  # of ``task.epoch_images``
    joules_per_image: float | None  # the device's own; None where nobody counts them


class Ratio(TypedDict):
    """Images/s of a device over those of ``against`` in the same repeat."""

    device: str
    against: str
    size: str
    batch: float
    ratio: float  # median
    low: float
    high: float


class Quality(TypedDict):
    """Validation PSNR after equal epochs from equal weights on equal batches."""

    device: str
    size: str
    state: str
    reason: str
    psnr: float | None  # dB
    against: NotRequired[str | None]
    difference_db: float | None
    agrees: NotRequired[bool | None]  # no further than AGREEMENT_DB from ``against``


class Result(TypedDict):
    schema: int
    kind: str
    id: str  # name of the file, without its ending
    state: str  # "finished"; "interrupted" by the user; "unfinished": still running, or killed
    note: str  # the words of whoever measured
    created: str  # beginning and end, ISO 8601, UTC; "" while unfinished
    finished: str
    machine: dict  # {cpu, cores, memory_bytes, system}: see ae_core.machine.provenance
    versions: dict  # {python, backend, keras, numpy, and the backend's own}
    load: float | None  # of the machine at the beginning, in processes per core
    shared_with: list[str]  # trainings that used one of the devices at the beginning
    task: dict  # {data, fingerprint, images, shape, noise, code, learning_rate, quality_epochs ...}
    plan: dict  # {devices, batches, sizes, repeats, seconds of one, limit_seconds of a cell}
    devices: list[Device]
    sizes: list[Size]
    cells: list[Cell]
    ratios: list[Ratio]
    quality: list[Quality]

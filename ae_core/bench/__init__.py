"""The CPU against the GPU: one network, the same batches, on every device of this machine.

:func:`measured` gives what was measured, as plain data: the results of this machine and those
recorded on others. :func:`run` measures (`python -m ae_core bench devices`), :mod:`.job` does it in
a process of its own for the dashboard.

A result is one JSON file. Those measured here lie in ``artifacts/measurements/devices/own/``, those
shipped with the program in ``artifacts/measurements/devices/recorded/``. A file is replaced whole
after every cell, so that an interrupted measurement keeps what it has. Its schema, number 1::

    schema       1
    kind         "devices"
    id           name of the file, without its ending
    state        "finished"; "interrupted" by the user; "unfinished": still running, or killed
    note         the words of whoever measured; often ""
    created      date and time of the beginning, ISO 8601, UTC
    finished     of the end; "" while unfinished
    machine      {cpu, cores, memory_bytes, system}: see ae_core.machine.provenance
    versions     {python, backend, keras, numpy, and the backend's own}
    load         load of the machine at the beginning, in processes per core; null: not known
    shared_with  the trainings that used one of the devices at the beginning, by their names
    task         {data, fingerprint, images, validation_images, shape, noise, code, learning_rate,
                 epoch_images, quality_epochs, quality_images, quality_batch}; ``epoch_images`` is
                 what an epoch stands for in ``seconds_per_epoch``: SVHN's 51,280 training images
    plan         {devices, batches, sizes, repeats, seconds, limit_seconds}: what was asked for;
                 ``seconds`` is that of one repeat, ``limit_seconds`` the most for one cell
    devices      [{id, device, name, kind, threads, precision, memory_bytes, driver, energy,
                 problem}]; ``id`` is what cells name: "cpu", "cpu/1" (with one thread), "gpu:0",
                 "gpu:0/bfloat16"; ``kind`` is "cpu" or "gpu"; ``energy`` says who counts it:
                 "RAPL", "nvidia-smi" or "" (nobody); ``problem`` is a sentence where the device
                 could not be measured at all, else ""
    sizes        [{name, width, parameters}]: "small", "medium" (the colour autoencoder as it is
                 trained everywhere else), "large"
    cells        [{device, size, batch, state, reason, compile_seconds, steps_per_execution, repeats,
                 images_per_second, images_per_second_low, images_per_second_high,
                 seconds_per_epoch, joules_per_image}]; ``state`` is "measured" or "skipped", the
                 latter with a sentence in ``reason`` and null for every figure; ``repeats`` is a
                 list of {steps, images, seconds, images_per_second, joules}; speeds are median,
                 lowest and highest of the repeats; joules are the device's own, null where nobody
                 counts them
    ratios       [{device, against, size, batch, ratio, low, high}]: images/s of a device over those
                 of "cpu" in the same repeat: median, lowest, highest
    quality      [{device, size, state, reason, psnr, against, difference_db, agrees}]: validation
                 PSNR in dB after equal epochs from equal weights on equal batches; ``agrees``: no
                 further than :data:`AGREEMENT_DB` from that of "cpu"; null where there is no other

Every figure in it was measured; what was not is null, never an estimate.
"""

from ae_core.bench.plan import BATCHES, SIZES, Contestant, Plan, parse, quick
from ae_core.bench.runner import run
from ae_core.bench.store import AGREEMENT_DB, SCHEMA, measured
from ae_core.bench.tables import as_csv

__all__ = [
    "AGREEMENT_DB",
    "BATCHES",
    "SCHEMA",
    "SIZES",
    "Contestant",
    "Plan",
    "as_csv",
    "measured",
    "parse",
    "quick",
    "run",
]

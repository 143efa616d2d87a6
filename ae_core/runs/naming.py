"""Names of runs: readable, sortable, e.g. ``20261123-153012-svhn-conv128-g25-ab12``."""

from __future__ import annotations

import datetime
import re
import secrets

from ae_core.config import TrainConfig


def new_id(config: TrainConfig, created: datetime.datetime) -> str:
    """Return a name that sorts by time and is safe as a folder's name on every system."""
    words = [config.data.replace("+", "-"), config.network + (str(config.code or ""))]
    if config.network.startswith("situation"):
        words[1] = config.network
    if config.noise.kind != "none":
        letters = "".join(word[0] for word in config.noise.kind.split("-"))
        low = "" if config.noise.low is None else f"{config.noise.low:g}-"
        words.append(f"{letters}{low}{config.noise.level:g}")
    name = re.sub(r"[^a-z0-9.]+|(?<!\d)\.|\.(?!\d)", "-", "-".join(words).lower()).strip("-.")[:80]
    return f"{created:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"


def title(config: TrainConfig) -> str:
    """Return a short title, such as "svhn, conv 128, gaussian 25"."""
    words = [config.data, config.network]
    if config.code and not config.network.startswith("situation"):
        words[1] += f" {config.code}"
    if config.noise.kind != "none":
        words.append(f"{config.noise.kind} {config.noise.level:g}")
    return ", ".join(words)

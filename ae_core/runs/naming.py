"""Names of runs: readable, sortable, e.g. ``20261123-153012-svhn-conv128-g25-ab12``; and titles."""

from __future__ import annotations

import datetime
import re
import secrets
from collections import Counter
from collections.abc import Mapping

from ae_core import i18n
from ae_core.config import TrainConfig


def new_id(config: TrainConfig, created: datetime.datetime) -> str:
    """Return a name that sorts by time and is safe as a folder's name on every system."""
    words = [config.data.replace("+", "-"), _network(config, "")]
    if config.noise.kind != "none":
        letters = "".join(word[0] for word in config.noise.kind.split("-"))
        low = "" if config.noise.low is None else f"{config.noise.low:g}-"
        words.append(f"{letters}{low}{config.noise.level:g}")
    name = re.sub(r"[^a-z0-9.]+|(?<!\d)\.|\.(?!\d)", "-", "-".join(words).lower()).strip("-.")[:80]
    return f"{created:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"


def title(config: TrainConfig) -> str:
    """Return a short title, such as "svhn, conv 128, gaussian 25"."""
    words = [config.data, _network(config, " ")]
    if config.noise.kind != "none":
        words.append(f"{config.noise.kind} {config.noise.level:g}")
    return ", ".join(words)


def given(run, language: str) -> str:
    """Return the title that somebody gave to a run; "" where it was made of the run's choices.

    Args:
        run: an `ae_core.runs.Run`.
        language: that of a shipped run's title, which the catalogues have.
    """
    if run.title == i18n.catalogue("en").get(f"shipped.{run.id}"):
        return i18n.text(language, f"shipped.{run.id}")
    made = run.info.get("sweep") or run.info.get("title") in (None, title(run.config))
    return "" if made else run.title


def apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by id, each unlike all others: the id stands behind those that several have."""
    told = {name: " ".join(title.split()) for name, title in titles.items()}
    while len(set(told.values())) < len(told):  # again where a title is another's with its id
        often = Counter(told.values())
        told = {k: f"{title} ({k})" if often[title] > 1 else title for k, title in told.items()}
    return told


def _network(config: TrainConfig, between: str) -> str:
    """Return the network and the size of its code; one that is numbered has a code of one size."""
    if config.network[-1].isdigit() or not config.code:
        return config.network
    return f"{config.network}{between}{config.code}"

"""What NVIDIA's own tool says of the graphics cards, without loading anything of CUDA."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from ae_core.errors import Message

SECONDS = 15.0


@dataclass(frozen=True)
class Card:
    """One graphics card as its driver sees it, whatever is hidden from this program."""

    number: str
    uuid: str
    name: str
    memory_bytes: int | None
    driver: str


def cards(program: str = "nvidia-smi") -> tuple[tuple[Card, ...], str]:
    """Return the cards, and what the tool complained of: "" where it answered well.

    "missing" stands for a machine without the tool.
    """
    command = [
        program,
        "--query-gpu=index,uuid,name,memory.total,driver_version",
        "--format=csv,noheader,nounits",
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
        )
    except FileNotFoundError:
        return (), "missing"
    except (OSError, subprocess.TimeoutExpired) as error:
        return (), Message("it did not answer ({kind})", kind=type(error).__name__)
    found = tuple(card for line in done.stdout.splitlines() if (card := _card(line)))
    if done.returncode or not found:
        said = done.stdout.strip() or done.stderr.strip() or Message("it said nothing")
        return found, said.splitlines()[0][:200]
    return found, ""


def find(name: str, among: tuple[Card, ...]) -> Card | None:
    """Return the card that CUDA_VISIBLE_DEVICES means by ``name``: a number or (part of) a UUID."""
    for card in among:
        if card.number == name or (name and card.uuid.startswith(name)):
            return card
    return None


def _card(line: str) -> Card | None:
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != 5 or not parts[0].isdigit():
        return None
    memory = int(parts[3]) * 2**20 if parts[3].isdigit() else None
    return Card(parts[0], parts[1], parts[2], memory, parts[4])

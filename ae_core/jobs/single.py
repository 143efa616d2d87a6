"""A job of which there is one in its place: what it was asked last, or what it is at."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ae_core.files import writing
from ae_core.jobs import owners, states
from ae_core.jobs.job import Job


class Single(Job):
    """The last piece of work that was started here, or the one that goes on; often none yet."""

    def state(self) -> str:
        """Return the state to show, or "" before the first one."""
        return super().state() if self.folder.is_dir() else ""

    def begin(self, held: AbstractContextManager[None], **status: Any) -> None:
        """Count as active from now on, as of who asks; what the one before said is gone.

        Args:
            held: keeps the room for it, as :func:`ae_core.jobs.room.held`.
            status: entries of the status besides its state.

        Raises:
            UserError: it is at work, there is no room, or the folder cannot be written.
        """
        self._refuse_second()
        with held, writing(self.folder):
            self._refuse_second()  # somebody else's, begun meanwhile
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in ("cancel", "status.json", self.LOG):
                (self.folder / name).unlink(missing_ok=True)
            owners.forget(self.folder)
            owners.sign(self.folder)
            self.update_status(**states.queued(**status))

    def _refuse_second(self) -> None:
        if self.state() in states.ACTIVE:
            raise self.taken()

"""``python -m ae_core``: see :mod:`ae_core.cli`."""

import signal

from ae_core.cli import main

if __name__ == "__main__":
    # Ended politely, a command leaves nothing behind, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise SystemExit(main())

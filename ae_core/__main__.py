"""``python -m ae_core``: see :mod:`ae_core.cli`."""

from ae_core.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

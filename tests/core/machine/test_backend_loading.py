"""Loading what Keras computes with."""

import sys
import threading
import time
import types

from ae_core.machine import backends, devices


def test_a_thread_waits_for_the_backend_that_another_is_loading(monkeypatch):
    name, done = "slow_backend", []

    def slowly(wanted):
        sys.modules[wanted] = types.ModuleType(wanted)
        time.sleep(0.3)
        done.append("loaded")

    monkeypatch.setattr(devices, "backend", lambda: name)
    monkeypatch.setattr(devices, "accelerated", lambda: None)
    monkeypatch.setattr(backends, "require", lambda: None)
    monkeypatch.setattr(backends.importlib, "import_module", slowly)
    monkeypatch.delitem(sys.modules, name, raising=False)
    first = threading.Thread(target=backends.load)
    first.start()
    while name not in sys.modules:
        time.sleep(0.01)
    backends.load()
    done.append("used")
    first.join()
    sys.modules.pop(name, None)
    assert done == ["loaded", "used"]

"""What a large photograph costs: seconds a megapixel, and the most memory held.

python tests/benchmarks/photographs.py [MEGAPIXELS]     default 12
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from ae_core.codec import archive, photo

LEVEL = 100


def large(megapixels: float) -> np.ndarray:
    """A picture of that size, uint8 (H, W, 3): the astronaut over and over, mirrored."""
    from skimage.data import astronaut

    height, width = round((megapixels * 0.75e6) ** 0.5), round((megapixels * 1e6 / 0.75) ** 0.5)
    x = astronaut()
    pad = ((0, height - len(x)), (0, width - x.shape[1]), (0, 0))
    return np.pad(x, pad, "symmetric") if height > len(x) else x[:height, :width]


def held() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB at most"


def main() -> None:
    x = large(float(sys.argv[1]) if sys.argv[1:] else 12)
    millions = x.shape[0] * x.shape[1] / 1e6
    codec = photo.load()
    print(f"{x.shape[1]}×{x.shape[0]}, level {LEVEL}; before: {held()}", flush=True)
    data = None
    for name in ("compress", "decompress"):
        begun, spent = time.perf_counter(), time.process_time()
        if data is None:
            data = archive.compress([x], codec, LEVEL)
        else:
            assert archive.decompress(data, codec).exact
        begun, spent = time.perf_counter() - begun, time.process_time() - spent
        print(
            f"{name}: {begun / millions:.2f} s a megapixel ({spent / millions:.2f} s of processor "
            f"time), {held()}, {len(data):,} bytes",
            flush=True,
        )


if __name__ == "__main__":
    main()

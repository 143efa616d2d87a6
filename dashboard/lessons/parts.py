"""What a lesson may hide on each page, by the names that its link uses, and where a mark goes."""

PARTS: dict[str, tuple[str, ...]] = {
    "explore": (
        *("data", "code", "noise", "kind", "network", "search", "count"),
        *("draws", "own", "download", "compare", "closer", "help"),
    ),
    "train": ("mode", "data", "network", "noise", "effort", "more", "spread", "table"),
    "design": ("start", "choices", "title", "try", "program", "layer", "import"),
    "compare": ("choice", "controls", "level", "scale", "differs", "tools"),
    "latent": ("run", "data", "layout", "count", "play", "tools", "how"),
    "architecture": ("run", "size", "choice", "tools", "how"),
    "rate": ("data", "networks", "measure", "x", "y", "tools", "how"),
    "denoise": ("data", "network", "kind", "count", "others", "close", "how"),
    "data": ("name", "import", "tools"),
    "devices": ("which", "doctor", "how"),
    "report": ("runs", "title", "author", "language", "command"),
}
# Where the key of what is marked is not the page's name and the control's.
CONTROLS = {
    ("explore", "code"): "explore_slider_code",
    ("explore", "noise"): "explore_slider_noise",
    ("explore", "own"): "explore_own",
    ("explore", "compare"): "explore_compared",
    ("explore", "closer"): "explore_close",
    ("explore", "strip"): "explore_strip_place",
    ("explore", "figures"): "explore_head",
    ("compare", "figures"): "compare_measured",
    ("denoise", "figures"): "denoise_head",
    ("train", "curves"): "job_place_3",
}

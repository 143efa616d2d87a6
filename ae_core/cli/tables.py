"""What was measured, as text tables."""

from __future__ import annotations

from ae_core.cli.progress import counted
from ae_core.evaluation import bd_rate, photographs, published
from ae_core.images import metrics


def savings(result: dict) -> None:
    """Print how many bits our codec needs beside every other one, on each data set."""
    for block in result["tests"]:
        _savings(block)


def rates(result: dict) -> None:
    """Print the bits and the PSNR that each codec has, on each data set, then the savings."""
    for block in result["tests"]:
        print(f"{block['data']}: {counted(block['images'], 'test image')} ({block['origin']})")
        pairs = dict.fromkeys((row["codec"], row["accounting"]) for row in block["rows"])
        for pair in pairs:
            own = [row for row in block["rows"] if (row["codec"], row["accounting"]) == pair]
            bits, psnr = ([row[key] for row in own] for key in ("bits_per_image", "psnr"))
            most = metrics.in_words(max(psnr), own[0].get("flat", 0.0))
            print(
                f"  {', '.join(pair):52}{min(bits):>8.1f} to {max(bits):>8.1f} bits  "
                f"{min(psnr):.2f} to {most}"
            )
        if block["bd_rate"]:
            _savings(block)
        if costs := photographs.costs(block["rows"]):
            print(
                f"  {'processor seconds a megapixel':32}{'compress':>10}{'decompress':>12}   memory"
            )
            for codec, cost in costs.items():
                spent = f"{cost.encode:>10.2f}{cost.decode:>12.2f}"
                print(f"  {codec:32}{spent}{cost.memory_mb:>6.0f} MB")


def denoisers(result: dict) -> None:
    """Print PSNR and SSIM of every denoiser at every noise level, on each data set."""
    for block in result["tests"]:
        _denoisers(block)


def _savings(block: dict) -> None:
    print(f"{block['data']}: {counted(block['images'], 'test image')} ({block['origin']})")
    print(f"  {'ours against':28}{'bits':>8}  at equal quality, over")
    for row in block["bd_rate"]:
        name = f"{row['against']}, {row['against_accounting']}"
        if not bd_rate.given(row):
            least = f"less than {bd_rate.LEAST_DB:g} dB of quality, or fewer than four points"
            print(f"  {name:28}{'-':>8}  too little in common: {least}")
            continue
        span, everywhere = f"{row['from_db']:.1f} to {row['to_db']:.1f} dB", ""
        if stretch := bd_rate.stretch(row):
            everywhere = ", fewer everywhere from {:.1f} to {:.1f} dB".format(*stretch)
        print(f"  {name:28}{row['percent']:+7.1f}%  {span}{everywhere}")


def _denoisers(block: dict) -> None:
    print(f"{block['data']}: {counted(block['images'], 'test image')} ({block['origin']})")
    for kind in dict.fromkeys(row["noise"] for row in block["rows"]):
        rows = [row for row in block["rows"] if row["noise"] == kind]
        sigmas = list(dict.fromkeys(row["sigma"] for row in rows))
        print(f"  {kind + ' noise, sigma':24}" + "".join(f"{sigma:>15g}" for sigma in sigmas))
        for method in dict.fromkeys(row["method"] for row in rows):
            own = [row for row in rows if row["method"] == method]
            cells = "".join(f"{_quality(row):>15}" for row in own)
            notes = [counted(own[0]["images"], "image")] if own[0]["images"] < block["images"] else []
            notes += _seconds(own, block)
            print(f"  {method:24}{cells}" + (f"  ({', '.join(notes)})" if notes else ""))
        for other in published.beside(block) if kind == "unclipped" else ():
            psnr = (f"{other.psnr[s]:.2f}" if s in other.psnr else "-" for s in sigmas)
            cells = "".join(f"{text:>15}" for text in psnr)
            print(f"  {other.method:24}{cells}  (published, not measured here: {other.source})")


def _seconds(rows: list[dict], block: dict) -> list[str]:
    """Say how long a method takes for a picture of a megapixel, where pictures were measured."""
    spent = [row["ms_per_image"] for row in rows if row["ms_per_image"] is not None]
    if not spent or not block.get("megapixels"):
        return []
    return [f"{sum(spent) / len(spent) / 1e3 / block['megapixels']:.1f} s a megapixel"]


def _quality(row: dict) -> str:
    if row["psnr"] is None:
        return metrics.in_words(None, row.get("flat", 0.0))
    ssim = "" if row["ssim"] is None else f" / {row['ssim']:.3f}"
    return metrics.called(f"{row['psnr']:.2f}{ssim}", row["psnr"], row.get("flat", 0.0))

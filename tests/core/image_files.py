"""Image files as people have them: of every format and kind, whole and damaged."""

import gzip
import io
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

from ae_core.images import files

SIDE = 32
COLOURS = np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
GREY = COLOURS[..., :1]
SOLID = np.random.default_rng(8).random((SIDE, SIDE)) < 0.5  # the others are wholly transparent
EXACT = {  # format -> options that keep every pixel
    "png": {},
    "bmp": {},
    "ppm": {},
    "tif": {},
    "webp": {"lossless": True},
    "avif": {"quality": 100, "subsampling": "4:4:4"},
    "jp2": {"irreversible": False},
}
TURNED = {  # EXIF's orientation -> how such a file stores an upright image
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x, -1),
}
NIFTI = struct.pack("<I", 348) + bytes(340) + b"n+1\0" + bytes(100)
RECORD = struct.pack("<Q", 100) + bytes(4) + b"\x0a\x62\x0a\x10" + bytes(200)
KINDS = {"jp2": "JPEG2000", "jpg": "JPEG", "tif": "TIFF", "pgm": "PPM"}


def file(x, suffix, **options):
    """An array or a Pillow image as the bytes of a file."""
    image = x if isinstance(x, Image.Image) else Image.fromarray(np.ascontiguousarray(x.squeeze()))
    buffer = io.BytesIO()
    image.save(buffer, KINDS.get(suffix, suffix.upper()), **options)
    return buffer.getvalue()


def tiff(bands, kind, order="<", side=16, bits=16):
    """A TIFF of any bands, whole, as programs of remote sensing write it."""
    tags = 11 + (bands > 3)
    after = 8 + 2 + 12 * tags + 4
    more, entries = b"", []

    def put(tag, code, *values):
        nonlocal more
        content = struct.pack(f"{order}{len(values)}{'H' if code == 3 else 'I'}", *values)
        if len(content) > 4:
            place, more = after + len(more), more + content
            content = struct.pack(f"{order}I", place)
        head = struct.pack(f"{order}HHI", tag, code, len(values))
        entries.append(head + content.ljust(4, b"\0"))

    size = side * side * bands * bits // 8
    put(256, 4, side), put(257, 4, side), put(258, 3, *[bits] * bands), put(259, 3, 1)
    put(262, 3, kind), put(273, 4, 0), put(277, 3, bands), put(278, 4, side)
    put(279, 4, size), put(284, 3, 1)
    if bands > 3:
        put(338, 3, *[0] * (bands - (1 if kind == 1 else 3)))
    put(339, 3, *[1] * bands)
    entries[5] = struct.pack(f"{order}HHII", 273, 4, 1, after + len(more))
    magic = {"<": b"II*\0", ">": b"MM\0*"}[order]
    head = magic + struct.pack(f"{order}IH", 8, tags)
    return head + b"".join(entries) + b"\0\0\0\0" + more + bytes(range(256)) * (size // 256)


def waves(random, side, channels, count):
    """Smooth images of any values, uint8 (count, side, side, channels)."""
    at = np.linspace(0, 3, side)
    tilt = random.uniform(0.5, 2, (3, count, 1, 1, channels))
    down, right = at[None, :, None, None], at[None, None, :, None]
    x = 127 + 100 * np.sin(tilt[0] * down + tilt[1] * right + 6 * tilt[2])
    return np.rint(x).astype(np.uint8)


def whole():
    """Name -> (bytes, the image that it shows, None where the format changes pixels)."""
    white = np.where(SOLID[..., None], COLOURS, 255).astype(np.uint8)
    alpha = (SOLID * 255).astype(np.uint8)
    deep = GREY.astype(np.uint16) * 257
    found = {f"colour.{suffix}": (file(COLOURS, suffix, **o), COLOURS) for suffix, o in EXACT.items()}
    found["colour.avif"] = (found["colour.avif"][0], None)
    found["colour.jpg"] = (file(COLOURS, "jpg", quality=98, subsampling=0), None)
    found["grey.gif"] = (file(GREY, "gif"), GREY)
    found |= {f"16bit.{suffix}": (file(deep, suffix), GREY) for suffix in ("png", "tif", "jp2")}
    found["16bit.pgm"] = (b"P5 32 32 65535\n" + deep.astype(">u2").tobytes(), GREY)
    inks = np.concatenate([255 - COLOURS, np.zeros_like(GREY)], axis=-1)
    found["cmyk.tif"] = (file(Image.frombytes("CMYK", (SIDE, SIDE), inks.tobytes()), "tif"), COLOURS)
    found["cmyk.jpg"] = (file(Image.new("CMYK", (SIDE, SIDE)), "jpg"), np.full_like(COLOURS, 255))
    found["clear.png"] = (file(np.dstack([COLOURS, alpha]), "png"), white)
    grey_clear = Image.fromarray(np.dstack([GREY[..., 0], alpha]), "LA")
    found["clear-grey.png"] = (file(grey_clear, "png"), np.where(SOLID[..., None], GREY, 255))
    pairs = np.dstack([deep, SOLID * np.uint16(65535)])
    found["clear-grey-16bit.png"] = (clear_grey_png(pairs), np.where(SOLID[..., None], GREY, 255))
    upside_down = 255 - GREY[..., 0].astype(np.int32)
    for name, x in (
        ("16bit", 65535 - deep),
        ("float", 1 - GREY[..., 0] / np.float32(255)),
        ("whole-numbers", upside_down),
    ):
        found[f"white-is-0-{name}.tif"] = (white_at_zero(file(x, "tif")), GREY)
    for order in "<>":
        for kind in ("u2", "i2", "u4", "i4"):
            largest = np.iinfo(kind).max // 255  # the whole range, of those without a sign too
            values = (upside_down * largest).astype(f"{order}{kind}")
            name = f"white-is-0-{kind}-{'little' if order == '<' else 'big'}.tif"
            found[name] = (written(values, byteorder=order, photometric="miniswhite"), GREY)
    planes = np.dstack([COLOURS, alpha]).astype(np.uint16).transpose(2, 0, 1) * 257
    opaque = {"photometric": "rgb", "planarconfig": "separate"}
    found["planes-16bit.tif"] = (written(planes[:3], **opaque), COLOURS)
    some = {**opaque, "extrasamples": ["unassalpha"]}
    found["clear-planes-16bit.tif"] = (written(planes, **some), white)
    for bits in (2, 4):
        largest = 2**bits - 1
        few = np.where(SOLID, GREY[..., 0] % largest, largest)  # the largest value is transparent
        shown = np.rint(np.where(SOLID, few * (255 / largest), 255)).astype(np.uint8)[..., None]
        found[f"clear-grey-{bits}bits.png"] = (clear_value_png(few, bits, largest), shown)
    marked = np.where(SOLID[..., None], COLOURS.astype(np.uint16) * 257, [51966, 47806, 61453])
    found["clear-16bit.png"] = (clear_value_png(marked, 16, 51966, 47806, 61453), white)
    signed = (GREY[..., 0].astype(int) - 128).astype(np.int8)
    found["signed.tif"] = (written(signed), GREY)
    palette = Image.fromarray(np.where(SOLID, 1, 0).astype(np.uint8), "P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    shown = np.where(SOLID[..., None], np.uint8([40, 50, 60]), np.uint8(255))
    found["palette.png"] = (file(palette, "png", transparency=0), shown)
    found["palette.gif"] = (file(palette, "gif", transparency=0), shown)
    for number, turn in TURNED.items():
        found[f"exif-{number}.png"] = (file(turn(COLOURS), "png", exif=exif(number)), COLOURS)
    numbers = GREY[..., 0] / np.float32(255)
    found["float64.tif"] = (written(GREY[..., 0] / 255), GREY)
    found["float.tif"] = (file(numbers, "tif"), GREY)
    found["minus-1-to-1.tif"] = (file(numbers * 2 - 1, "tif"), GREY)
    found["whole-numbers.tif"] = (file(GREY[..., 0].astype(np.int32), "tif"), GREY)
    found["exif-6-16bit.tif"] = (file(np.rot90(deep), "tif", exif=exif(6)), GREY)
    return found


def written(x, photometric="minisblack", **options):
    """An array as a TIFF of the kind that tifffile's options say."""
    tifffile.imwrite(made := io.BytesIO(), x, photometric=photometric, **options)
    return made.getvalue()


def clear_grey_png(pairs):
    """Greys and how solid they are, uint16 (H, W, 2), as a PNG, which Pillow does not write."""
    return deep_png(pairs, 16, 4)


def clear_value_png(x, bits, *clear):
    """Greys (H, W) or colours (H, W, 3) of 1 to 16 bits as a PNG, one of them transparent."""
    return deep_png(
        x, bits, 0 if x.ndim == 2 else 2, (b"tRNS", struct.pack(f">{len(clear)}H", *clear))
    )


def deep_png(x, bits, kind, *more):
    """Values of any number of bits as a PNG of a kind as its standard counts them."""
    places = np.arange(bits)[::-1]
    lines = (x.reshape(len(x), -1, 1) >> places & 1).reshape(len(x), -1).astype(np.uint8)
    lines = b"".join(b"\0" + line.tobytes() for line in np.packbits(lines, axis=1))
    head = struct.pack(">IIBBBBB", x.shape[1], x.shape[0], bits, kind, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    chunks = ((b"IHDR", head), *more, (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    for name, content in chunks:
        checked = struct.pack(">I", zlib.crc32(name + content))
        made += struct.pack(">I", len(content)) + name + content + checked
    return made


def white_at_zero(content):
    """A grey TIFF of which it is said that 0 is white, as scanners and microscopes write."""
    tag = struct.pack("<HHI", 262, 3, 1)
    assert content.count(tag + struct.pack("<I", 1)) == 1
    return content.replace(tag + struct.pack("<I", 1), tag + struct.pack("<I", 0))


def exif(orientation):
    found = Image.Exif()
    found[0x0112] = orientation
    return found


def refused():
    """Name -> (bytes, words of the sentence that says why)."""
    bands, numbers = np.tile(GREY, 13), GREY[..., 0] / 255
    in_planes = {"photometric": "rgb", "planarconfig": "separate", "extrasamples": ["assocalpha"]}
    found = {
        "empty.png": (b"", "no image that can be read"),
        "scan.dcm": (bytes(128) + b"DICM" + bytes(64), "is DICOM, which is not read: turn it into"),
        "batch.pkl": (b"\x80\x04\x95" + bytes(40), "a Python pickle.*never opened"),
        "nan.tif": (file(np.full((8, 8), np.nan, np.float32), "tif"), "NaN"),
        "text.png": (b"no image at all, but words", "no image that can be read"),
        "drawing.png": (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
            "is a page, not an image",
        ),
        "page.pdf": (b"%PDF-1.7\n" + bytes(40), "is a page, not an image"),
        "logo.svg": (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "is a drawing of lines",
        ),
        "bands.tif": (tiff(13, 1), "It has 13 bands, and"),
        "coloured.tif": (tiff(5, 2, bits=8), "It has 5 bands, and"),
        "bands-big.tif": (
            written(bands, bigtiff=True, planarconfig="contig"),
            "It has 13 bands, and",
        ),
        "coloured-big.tif": (written(bands[..., :5], "rgb", bigtiff=True), "It has 5 bands, and"),
        "highest-first-big.tif": (
            written(COLOURS, "rgb", bigtiff=True, byteorder=">"),
            "a BigTIFF whose numbers begin with the highest byte",
        ),
        "half.tif": (written(numbers.astype(np.float16)), "16-bit floating-point values, .* 32-bit"),
        "long.tif": (written(GREY[..., 0].astype(np.uint64)), "has 64-bit whole numbers, which"),
        "signed-long.tif": (
            written(GREY[..., 0].astype(np.int64)),
            "64-bit whole numbers with a sign",
        ),
        "complex.tif": (written(numbers.astype(np.complex64)), "complex numbers, which are not read"),
        "colours-float.tif": (
            written(COLOURS / np.float32(255), "rgb"),
            "colours of 32-bit floating-point values, which are not read",
        ),
        "colours-long.tif": (
            written(COLOURS.astype(np.uint32), "rgb"),
            "colours of 32-bit whole numbers, which are not read",
        ),
        "planes.tif": (
            written(COLOURS.transpose(2, 0, 1)[[0, 1, 2, 0]], **in_planes),
            "stores 4 bands, each in a plane of its own",
        ),
        "three.tif": (tiff(3, 1), "It has 3 bands that are not said to be colours"),
        "a.record": (RECORD, "TensorFlow's records"),
        "brain.nii": (NIFTI, "is a volume"),
        "brain.nii.gz": (gzip.compress(NIFTI, mtime=0), "is a volume"),
        "a.sqlite": (b"SQLite format 3\0" + bytes(100), "SQLite"),
        "film.mp4": (b"\0\0\0\x18ftypisom" + bytes(40), "is a video, which is not read"),
        "scan.jxl": (b"\xff\x0a" + bytes(40), "is JPEG XL, which is not read"),
        "phone.heic": (
            b"\0\0\0\x18ftypheic" + bytes(40),
            "damaged or cut off" if files.HEIC else "is HEIC, which is read where pillow-heif",
        ),
    }
    every = {**EXACT, "jpg": {}, "gif": {}}
    for suffix, options in every.items():
        content = file(COLOURS, suffix, **options)
        found[f"cut.{suffix}"] = (content[: len(content) // 2], "damaged or cut off")
    content = bytearray(file(COLOURS, "avif"))
    content[content.index(b"mdat") + 4 :] = bytes(len(content) - content.index(b"mdat") - 4)
    found["zeros.avif"] = (bytes(content), "damaged or cut off")
    return found

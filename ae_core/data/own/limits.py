"""How much an import reads at most. All bounds of it are here."""

FEWEST_IMAGES = 20
MOST_IMAGES = 200_000
MOST_STORED = 2 << 30  # bytes of a set's images
MOST_NAMED = 512 << 20  # bytes of the names of a set's files or classes, as they are kept
LARGEST_ARCHIVE = 2 << 30  # bytes that one archive or array may unpack to
MOST_ENTRIES = 300_000  # files in a folder or an archive
MOST_PAGES = 10_000  # of one picture file
# A few bytes may unpack to anything: what is read of a file grows with its size.
UNPACKS_TO = 200  # times its bytes; drawn images in two colours come to 100
SMALL = 128 << 20  # bytes to which every file may unpack
MOST_MEMORY = 6 << 30  # bytes for the process that reads
LEAST_MEMORY = 1 << 30  # the same for a source of one byte, and for each byte
MEMORY_A_BYTE = 50
LONGEST = 1800.0  # seconds for a whole import
LEAST_SECONDS = 10.0  # of a processor, for a source of one byte, and for each byte
SECONDS_A_BYTE = 5e-6


def memory(size: int) -> int:
    """How much memory a process may take that reads files of so many bytes."""
    return min(MOST_MEMORY, LEAST_MEMORY + MEMORY_A_BYTE * size)


def seconds(size: int) -> float:
    """How long a processor may be busy with files of so many bytes."""
    return min(LONGEST, LEAST_SECONDS + SECONDS_A_BYTE * size)

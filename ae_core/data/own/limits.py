"""How much an import reads at most. All bounds of it are here."""

FEWEST_IMAGES = 20
MOST_IMAGES = 200_000
MOST_STORED = 2 << 30  # bytes of a set's images
LARGEST_ARCHIVE = 2 << 30  # bytes that one archive or array may unpack to
MOST_ENTRIES = 300_000  # files in a folder or an archive
MOST_PAGES = 10_000  # of one picture file
MOST_COLUMNS = 400_000  # of a table of pixels
MOST_MEMORY = 6 << 30  # bytes for the process that reads
LONGEST = 1800.0  # seconds for a whole import

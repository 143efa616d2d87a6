"""How much is read of one file, whoever wrote it."""

JSON_BYTES = 16 << 20
JSON_DEPTH = 100  # objects and lists within each other
LARGEST = 10**18  # magnitude of a number, so that it fits where arrays and tables keep it
TABLE_BYTES = 8 << 20
TABLE_ROWS = 10_000  # the most epochs that a training has
ARRAY_BYTES = 64 << 20  # of one array
MODEL_BYTES = 512 << 20  # of a network's file, and of what it unpacks to
MODEL_CONFIG_BYTES = 8 << 20
MODEL_ENTRIES = 1000  # files in a network's file
MODEL_OBJECTS = 20_000  # groups and arrays of its weights

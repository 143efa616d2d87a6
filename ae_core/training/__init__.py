"""Training a network: fitting, the worker that does it, the queue it waits in, many at once."""

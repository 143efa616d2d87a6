"""Devices: what trains here, and how fast."""

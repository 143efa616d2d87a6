"""The dashboard: pages that read run folders, start worker processes, and draw."""

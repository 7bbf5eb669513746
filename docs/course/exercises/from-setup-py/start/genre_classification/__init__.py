"""Music Genre Classification."""

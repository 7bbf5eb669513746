"""Good morning."""

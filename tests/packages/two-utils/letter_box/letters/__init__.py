"""Programs that write letters."""

"""Write letters."""

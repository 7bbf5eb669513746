"""Write letters of greeting."""

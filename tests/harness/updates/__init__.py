"""Releases of the template, and projects that are updated between them."""

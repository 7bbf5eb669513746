"""Releases of the template, and projects that are updated from one to another."""

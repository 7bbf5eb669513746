"""Tools for the course and for documentation pages with tested commands."""

"""Reporting on test runs."""

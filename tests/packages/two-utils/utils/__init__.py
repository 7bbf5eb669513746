"""Helpers for the developers."""

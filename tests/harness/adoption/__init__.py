"""Adopt existing packages as described in the how-to guide."""

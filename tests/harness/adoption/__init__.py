"""Adopting existing packages as the how-to guide describes it."""

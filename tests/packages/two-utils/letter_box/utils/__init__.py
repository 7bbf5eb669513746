"""Code that all letters use."""

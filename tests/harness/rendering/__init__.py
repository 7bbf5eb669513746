"""Rendering the template under test with Copier."""

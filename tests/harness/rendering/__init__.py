"""The template under test, and rendering it with Copier."""

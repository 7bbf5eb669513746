"""Simulators for GitHub, GitLab, container engines, package indexes, and terminals."""

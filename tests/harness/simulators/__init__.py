"""Simulations of services and devices: GitHub, GitLab, container engines, indexes, a terminal."""

"""Simulations of services: GitHub, GitLab, container engines, and package indexes."""

"""Distributions and environments: building, installing, inspecting, and caching them."""

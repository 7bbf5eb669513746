"""Building, installing, inspecting, and caching distributions and environments."""

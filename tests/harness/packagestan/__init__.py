"""Everything in the harness that is specific to Packagestan."""

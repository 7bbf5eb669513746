"""Code that the tests share: the test engine, and packages that are specific to Packagestan."""

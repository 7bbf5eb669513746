zensical build --clean --strict

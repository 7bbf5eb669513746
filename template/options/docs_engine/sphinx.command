sphinx-build -W --keep-going docs docs/_build/html

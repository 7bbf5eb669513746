#/// script
#requires-python: ">=3.11"
#dependencies = [humanize]
#///
"""Say how much room a wheel takes."""

import humanize

print("This wheel takes", humanize.naturalsize(1_500_000))

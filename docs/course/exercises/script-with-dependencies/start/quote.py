#/// script
#requires-python: ">=3.11"
#dependencies = [humanize]
#///
"""Print the size of a wheel."""

import humanize

print("The size of the wheel is", humanize.naturalsize(1_500_000))

"""Print an invitation."""

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..")))

from greetings import greet
from paper import frame

print(frame(f"{greet(sys.argv[1])} Come to my party."))

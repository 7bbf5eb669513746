from collections.abc import Sequence
from typing import Annotated

import typer

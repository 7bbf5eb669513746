from collections.abc import Sequence

import click

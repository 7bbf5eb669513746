import argparse
import sys
from collections.abc import Sequence

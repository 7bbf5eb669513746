"""Greetings in several languages."""

from .words import greet

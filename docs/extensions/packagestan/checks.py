"""Check external links and the alt text of images."""

from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

# The host names of package indexes contain one of these labels. Pages must not link to indexes,
# because a link bypasses the reader's mirror.
INDEXES = {"npmjs", "pypi", "pythonhosted"}


def link_error(address: str) -> str:
    """Return the problem with an external link, or "" if it has none. The link isn't opened.

    >>> link_error("http://example.com/")
    'starts with http:, not https:'
    >>> link_error("https://peps.python.org/pep-0517/")
    ''
    """
    try:
        parts = urlsplit(address)
        labels = (parts.hostname or "").split(".")
        _ = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme != "https":
        return f"starts with {parts.scheme}:, not https:"
    if len(labels) < 2 or not all(labels) or " " in address:
        return "has no valid host name"
    if set(labels) & INDEXES:
        return "links to a package index"
    return ""


def check_page(app: Sphinx, document: nodes.document) -> None:
    """Warn about invalid external links and images without alt text."""
    for link in document.findall(nodes.reference):
        address = link.get("refuri", "")
        if "://" in address and (error := link_error(address)):
            LOGGER.warning("the link %s %s", address, error, location=link)
    for image in document.findall(nodes.image):
        if not image.get("alt", "").strip():
            LOGGER.warning("the image %s has no alternative text", image["uri"], location=image)

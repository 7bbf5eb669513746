"""Simulate package indexes such as PyPI and TestPyPI on this machine.

Each `Index` is a pypiserver instance behind TLS. A proxy redirects requests for the index's host to
this server, so twine runs unchanged and uses the real URLs and its own implementation of trusted
publishing. The identities, the endpoint that exchanges them for tokens, and PyPI's acceptance of
identical uploads are simulated.
"""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import secrets
import socket
import socketserver
import ssl
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import trustme

# pypiserver's copy of bottle uses the module `cgi` and an importer API that newer versions of
# Python don't support. Hide the warnings, and remove the importer.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    importers = list(sys.meta_path)
    import pypiserver
    from pypiserver.bottle_wrapper import Request

    sys.meta_path[:] = importers

Identity = Mapping[str, str]


@dataclass
class Index:
    """A package index.

    Attributes:
        url: The upload URL.
        audience: The required audience of an identity.
        folder: The folder for its files.
        publisher: The trusted identity's claims without the audience, or None to trust no identity.
        tokens: The accepted passwords.
        asked: The paths of all requests.
    """

    url: str
    audience: str
    folder: Path
    publisher: Identity | None = None
    tokens: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Create the application that serves the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keeper: WSGIApplication = pypiserver.app(
            roots=[self.folder],
            authenticate=["update"],
            auther=lambda _, password: password in self.tokens,
            disable_fallback=True,
        )

    def files(self) -> dict[str, str]:
        """Return the SHA-256 hash of each file by name."""
        return {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.folder.iterdir())
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path == "/_/oidc/audience":
            return _answer(start_response, "200 OK", {"audience": self.audience})
        if path == "/_/oidc/mint-token":
            return self._mint(environ, start_response)
        if path == urlsplit(self.url).path:
            environ["PATH_INFO"] = "/"
            if self._has_already(environ):
                return _answer(start_response, "200 OK", {})
        return self.keeper(environ, start_response)

    def _mint(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Exchange an identity for a token, or reject it if it isn't trusted."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        claims = json.loads(body)["token"].split(".")[1]
        identity = json.loads(base64.urlsafe_b64decode(claims))
        expected = None if self.publisher is None else {"aud": self.audience, **self.publisher}
        if identity != expected:
            description = f"no publisher matches {json.dumps(identity)}"
            errors = [{"code": "invalid-publisher", "description": description}]
            return _answer(start_response, "422 Unprocessable Content", {"errors": errors})
        minted = secrets.token_hex()
        self.tokens.add(minted)
        return _answer(start_response, "200 OK", {"success": True, "token": minted})

    def _has_already(self, environ: WSGIEnvironment) -> bool:
        """Return whether an upload has a valid password and is identical to an existing file."""
        request = Request(environ)
        uploaded = request.files.get("content")
        password = (request.auth or ("", ""))[1]
        if not uploaded or password not in self.tokens:
            return False
        kept = self.folder / Path(uploaded.raw_filename).name
        is_same = kept.is_file() and kept.read_bytes() == uploaded.file.read()
        uploaded.file.seek(0)
        return is_same


def token(identity: Identity) -> str:
    """Return an unsigned JSON Web Token for an identity.

    https://www.rfc-editor.org/rfc/rfc7519
    """
    parts: list[Identity] = [{"alg": "none"}, identity, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)


def _answer(start_response: StartResponse, status: str, value: Any) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """A threading server that finishes all requests before it stops."""


class _ProxyServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A proxy server that finishes all requests before it stops."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def get_stderr(self) -> Any:
        """Return a stream that discards pypiserver's log."""
        return io.StringIO()


class Network:
    """The services that jobs use: package indexes and the identity provider.

    Use it as a context manager.
    """

    def __init__(self, folder: Path, *indexes: Index) -> None:
        """Create a certificate authority.

        Args:
            folder: The folder for the authority's certificate.
            indexes: The indexes, which must have different hosts.
        """
        self.indexes = {str(urlsplit(index.url).hostname): index for index in indexes}
        self.identities: dict[str, Identity] = {}
        self.authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(self.certificate)
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Start all servers."""
        ports = {}
        for host, index in self.indexes.items():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(host).configure_cert(context)
            ports[host] = self._running.enter_context(_served(index, context))

        class Proxy(http.server.BaseHTTPRequestHandler):
            """A proxy that redirects index requests to this machine and forwards all others."""

            def do_CONNECT(self) -> None:
                host, port = self.path.rsplit(":", 1)
                address = ("127.0.0.1", ports[host]) if host in ports else (host, int(port))
                with socket.create_connection(address) as other:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=_pump, args=(other, self.connection))
                    back.start()
                    _pump(self.connection, other)
                    back.join()
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        proxy = _ProxyServer(("127.0.0.1", 0), Proxy)
        self._proxy = self._running.enter_context(_started(proxy))
        self._identify = self._running.enter_context(_served(self._identity, None))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all servers."""
        self._running.close()

    def variables(self) -> dict[str, str]:
        """Return the variables that make programs use the proxy and trust the authority."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._proxy}",
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }

    def identify(self, identity: Identity) -> dict[str, str]:
        """Return the variables with which a job on GitHub requests its identity.

        https://docs.github.com/en/actions/reference/security/oidc
        """
        request = secrets.token_hex()
        self.identities[request] = identity
        return {
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": request,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self._identify}/?v=1",
        }

    def _identity(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a job's request for its identity."""
        identity = self.identities[environ["HTTP_AUTHORIZATION"].split()[1]]
        (audience,) = parse_qs(environ["QUERY_STRING"])["audience"]
        value = token({"aud": audience, **identity})
        return _answer(start_response, "200 OK", {"value": value})


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Forward data in one direction until the connection closes."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def _started(server: socketserver.TCPServer) -> Iterator[int]:
    """Run a server, and yield its port."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def _served(application: WSGIApplication, context: ssl.SSLContext | None) -> Iterator[int]:
    """Serve an application, and yield the port. Use TLS if a context is given."""
    server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with _started(server) as port:
        yield port


@contextlib.contextmanager
def plain_index(folder: Path, *, is_private: bool = False) -> Iterator[dict[str, str]]:
    """Serve an index without TLS, as in a classroom.

    Args:
        folder: The folder for its files.
        is_private: Whether downloads also require the password.

    Yields:
        The variables for a learner's shell, which contain the URLs and the password.
    """
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_hex()
    application = pypiserver.app(
        roots=[folder],
        authenticate=["update", "list", "download"] if is_private else ["update"],
        auther=lambda _, given: given == password,
        disable_fallback=True,
    )

    def whole_files(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # pypiserver doesn't close files of which it has sent only a part.
        environ.pop("HTTP_RANGE", None)
        answer: Iterable[bytes] = application(environ, start_response)
        return answer

    with _served(whole_files, None) as port:
        yield {
            "COURSE_INDEX": f"http://127.0.0.1:{port}/simple/",
            "COURSE_UPLOAD": f"http://127.0.0.1:{port}/",
            "COURSE_TOKEN": password,
        }

"""What a first visit transfers: the page and everything it loads, compressed."""

import re
import urllib.request
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

_ASSETS = re.compile(
    r"<link[^>]+rel=\"(?:stylesheet|icon)\"[^>]*>|<script[^>]+src=[^>]*>|<img[^>]+src=[^>]*>"
    r"|<use[^>]+href=[^>]*>"
)
_ADDRESS = re.compile(r"\b(?:href|src)=\"([^\"]+)\"")
_FROM_STYLES = re.compile(rb"url\(['\"]?([^)'\"]+)")


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire (bodies), and how many requests."""

    page: int
    total: int
    requests: int


def _fetch(url: str) -> tuple[bytes, bytes]:
    """Return a body as transferred, and as it reads."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br, gzip"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        body = answer.read()
        return body, _plain(body, answer.headers.get("Content-Encoding", ""))


def _plain(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "br":
            import brotli

            return brotli.decompress(body)
        case "gzip":
            import gzip

            return gzip.decompress(body)
    return body


def weigh(url: str) -> Weight:
    """Fetch a page and its assets once each, as a browser with an empty cache does."""
    page, html = _fetch(url)
    wanted = set()
    for tag in _ASSETS.findall(html.decode()):
        address = _ADDRESS.search(tag)
        if address and 'media="print"' not in tag:
            wanted.add(urlsplit(urljoin(url, address[1]))._replace(fragment="").geturl())
    total, requests, seen = len(page), 1, set()
    while wanted:
        asset = wanted.pop()
        seen.add(asset)
        body, plain = _fetch(asset)
        total += len(body)
        requests += 1
        if urlsplit(asset).path.endswith(".css"):
            for found in _FROM_STYLES.findall(plain):
                address = found.decode()
                if not address.startswith(("data:", "#")):
                    absolute = urljoin(asset, address)
                    wanted |= {absolute} - seen
    return Weight(len(page), total, requests)

"""What the environment says about proxies."""

from __future__ import annotations

from urllib.parse import urlsplit

from integrations_sdk.core.settings import is_loopback


def proxy_for(url: str) -> str | None:
    """Return the environment's proxy; none for a loopback address, which is this machine's own."""
    parts = urlsplit(url)
    if parts.hostname is None or is_loopback(parts.hostname):
        return None
    from urllib.request import getproxies, proxy_bypass  # not at the top: most of http and email

    if proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"

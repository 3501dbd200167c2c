"""Which address a token may be sent to, and what is said of one that it may not."""

from __future__ import annotations

import pytest

from integrations_sdk import ConfigurationError
from integrations_sdk.core.settings import checked_base_url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://a b", "auth_url is not a URL"),
        ("ftp://h.example", "auth_url must look like https://host/path"),
        ("https:///path", "auth_url must look like https://host/path"),
        (
            "https://user@h.example",
            "auth_url must not hold a user, a password, a query or a fragment",
        ),
        (
            "http://h.example/x",
            (
                "auth_url would send the token unencrypted to h.example: use https://, or "
                "allow_plain_http=True if you know that nobody is listening"
            ),
        ),
    ],
)
def test_an_address_is_refused_by_the_name_of_its_argument(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_base_url(url, allow_plain_http=False, name="auth_url")
    assert str(caught.value) == says


def test_a_host_that_cannot_be_written_is_refused_by_the_name_of_its_argument() -> None:
    with pytest.raises(ConfigurationError, match=r"^auth_url has a host that "):
        checked_base_url(f"https://{'ü' * 70}.example", allow_plain_http=False, name="auth_url")


def test_a_slash_at_the_end_goes_whatever_the_path_ends_with() -> None:
    assert checked_base_url("https://ü.de/X/", allow_plain_http=False) == "https://xn--tda.de/X"

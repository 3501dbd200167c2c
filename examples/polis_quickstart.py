"""Set and delete the credentials of an integration of Polis, and ask for a token.

Set POLIS_ACCESS_TOKEN, POLIS_CLIENT_ID and POLIS_CLIENT_SECRET first. Without an account, start a
sandbox in another terminal:

    python -m integrations_sdk.sandbox --env-file sandbox.env
    set -a; . ./sandbox.env; python examples/polis_quickstart.py
"""

from __future__ import annotations

from integrations_sdk import (
    BadRequestError,
    NotFoundError,
    Polis,
    PolisAuth,
    PreconditionFailedError,
    Secret,
)

CLIENT = "doorbell-sync"
CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"


def main() -> None:
    """Set, replace, delete; then begin the authorization of another customer."""
    with Polis() as polis:
        first = polis.credentials.set(
            client_id=CLIENT, customer_id=CUSTOMER, access_token=Secret("the first")
        )
        print("set:", first)

        second = polis.credentials.set(
            client_id=CLIENT, customer_id=CUSTOMER, access_token=Secret("the second")
        )
        print("replaced:", second)

        try:
            polis.credentials.delete(client_id=CLIENT, customer_id=CUSTOMER, etag=first.etag)
        except (BadRequestError, PreconditionFailedError) as error:
            print("not deleted:", error)

        polis.credentials.delete(client_id=CLIENT, customer_id=CUSTOMER, etag=second.etag)
        try:
            polis.credentials.delete(client_id=CLIENT, customer_id=CUSTOMER)
        except NotFoundError as error:
            print("deleted:", error)

    with PolisAuth() as auth:
        url, _state = auth.authorize_url(redirect_uri="https://app.example/back")
        print("send the customer to", url.partition("?")[0])


if __name__ == "__main__":
    main()

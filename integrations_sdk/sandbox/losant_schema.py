"""What a document of Losant may hold, what a call may say, and what it is answered."""

import re

from integrations_sdk.sandbox.schema import (
    Choice,
    Flag,
    Items,
    Nullable,
    Number,
    Record,
    Rule,
    Text,
)

_NAME = Text(1, 255)
_SHORT = Text(1, 256)
_TEXT = Text(1, 1024)
_SECRET = Text(1, 1024, secret=True)
_PEM = Text(4, 32767)
_SECRET_PEM = Text(4, 32767, secret=True)
_TLS: dict[str, Rule] = {
    "privateKey": _SECRET_PEM,
    "certificate": _PEM,
    "caCertificate": _PEM,
    "disableSSLVerification": Flag(),
}
_HEADER = Record(
    {"headerKey": _TEXT, "headerValue": _SECRET}, required=["headerKey", "headerValue"]
)

CONFIGS = {
    "azureEventHub": Record(
        {
            "hubName": _SHORT,
            "consumerGroup": _SHORT,
            "connectionString": _SECRET,
            "hostName": _SHORT,
        },
        required=["hubName", "consumerGroup"],
        one_of=["connectionString", "hostName"],
    ),
    "googlePubSub": Record({"projectId": _NAME, "keyJson": _SECRET_PEM}),
    "mqtt": Record(
        {
            "protocol": Choice(["mqtt", "mqtts", "ws", "wss"]),
            "host": _TEXT,
            "port": Number(1, 65535),
            "clientId": _TEXT,
            "username": _TEXT,
            "password": _SECRET,
            "clean": Flag(),
            **_TLS,
            "protocolVersion": Choice(["3.1.1", "5"]),
        },
        required=["protocol", "host", "port"],
    ),
    "particle": Record(
        {
            "accessToken": _SECRET,
            "productSlugOrId": _TEXT,
            "orgSlugOrId": _TEXT,
            "deviceNameOrId": _TEXT,
        },
        required=["accessToken"],
    ),
    # The published schema spells these limits in a way that no validator enforces.
    "sqs": Record(
        {
            "queueUrl": Text(),
            "accessKeyId": Text(secret=True),
            "secretAccessKey": Text(secret=True),
            "region": Text(),
        },
        required=["queueUrl"],
    ),
    "websocket": Record(
        {
            "url": _SECRET,  # a URL may carry a user's name and password
            "username": _TEXT,
            "password": _SECRET,
            **_TLS,
            "headers": Items(_HEADER, most=50),
        },
        required=["url"],
    ),
}

CONFIG_MEMBERS: dict[str, Rule] = {f"{kind}Config": config for kind, config in CONFIGS.items()}
_COMMON: dict[str, Rule] = {"name": _NAME, "enabled": Flag(), "topics": Items(_TEXT, unique=True)}

POST = Record(
    _COMMON | {"integrationType": Choice(list(CONFIGS)), "credentialName": _NAME} | CONFIG_MEMBERS,
    required=["name", "integrationType"],
)
PATCH = Record(_COMMON | {"credentialName": Nullable(_NAME)} | CONFIG_MEMBERS)

# --- What a call may say, and is answered ---------------------------------------------------------

ID = re.compile("[A-Fa-f0-9]{24}")
SORT_FIELDS = ("name", "id", "creationDate", "integrationType", "lastUpdated")
SORT_DIRECTIONS = ("asc", "desc", "ASC", "DESC")
FILTER_FIELDS = ("name", "integrationType")

_HYPERMEDIA: dict[str, Rule] = dict.fromkeys(("_actions", "_links", "_embedded"), Text())
LIST_QUERY = Record(
    {
        **_HYPERMEDIA,
        "sortField": Choice(["", *SORT_FIELDS]),
        "sortDirection": Choice(["", *SORT_DIRECTIONS]),
        "filterField": Choice(["", *FILTER_FIELDS]),
        "filter": Text(),
        "page": Text(0, 9, pattern="[0-9]*"),
        "perPage": Text(0, 9, pattern="(0*[1-9][0-9]*)?"),
    },
    open=True,
)
QUERY = Record(_HYPERMEDIA, open=True)

SHOWN_ID = Text(pattern=ID.pattern)
SHOWN = Record(
    {
        **POST.members,
        **dict.fromkeys(("id", "integrationId", "applicationId"), SHOWN_ID),
        **dict.fromkeys(("creationDate", "lastUpdated"), Text()),
        "status": Record({}, open=True),
    },
    required=["id", "integrationId", "applicationId", "name", "integrationType", "status"],
    open=True,
)
LISTED = Record(
    {
        "items": Items(SHOWN),
        **dict.fromkeys(("count", "totalCount", "page"), Number(0, 10**9)),
        "perPage": Number(1, 10**9),
        **dict.fromkeys(("filter", "filterField", "sortField", "sortDirection"), Text()),
        "applicationId": SHOWN_ID,
    },
    required=["items", "count", "totalCount", "perPage", "page", "applicationId"],
    open=True,
)
DELETED = Record({"success": Flag()}, required=["success"])
ERROR = Record({"type": Text(), "message": Text()}, required=["type", "message"])

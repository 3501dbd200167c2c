"""What a document of Celigo may hold, and what a call is answered."""

from integrations_sdk.sandbox.schema import Choice, Flag, Items, Nullable, Record, Text

NAME = Text(1, 100)
_STEP = Record(
    {
        "name": Text(),
        "description": Text(),
        "imageURL": Text(),
        "completed": Flag(),
        "installerFunction": Text(),
        "uninstallerFunction": Text(),
        "_connectionId": Text(),
        "installURL": Text(),
    },
    open=True,
)
INTEGRATION = Record(
    {
        "name": NAME,
        "description": Nullable(Text(0, 5120)),
        "readme": Text(),
        "_connectorId": Text(24, 24),
        "mode": Choice(["install", "settings", "uninstall"]),
        "install": Items(_STEP),
        "settings": Record({}, open=True),
        "version": Text(),
        "updateInProgress": Flag(),
    },
    required=["name"],
    open=True,
)
CLONE = Record({"name": NAME, "sandbox": Flag()}, open=True)

STAMPS = ("_id", "lastModified", "createdAt")
SERVER_OWNED = (*STAMPS, "_connectorId")

SHOWN = Record(
    {**dict.fromkeys(STAMPS, Text()), **INTEGRATION.members}, required=["_id"], open=True
)
MANIFEST = Record({"model": Choice(["Integration"]), "_id": Text(), "name": Text()})
CLONE_REQUEST = Record({**CLONE.members, "connectionMap": Record({}, open=True)}, open=True)
TOKEN_INFO = Record({"_userId": Text()}, required=["_userId"])
_ERROR = Record({"field": Text(), "code": Text(), "message": Text()}, required=["code", "message"])
ERRORS = Record({"errors": Items(_ERROR)}, required=["errors"])

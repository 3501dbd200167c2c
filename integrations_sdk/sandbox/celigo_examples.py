"""Example data of Celigo: invented, but for two integrations that its public documents show."""

from integrations_sdk.sandbox.documents import Json, JsonObject

USER = "5a1d3c0e9f8b7a6c5d4e3f21"

DIY = "554155c853bb53af2900000b"
SMART_CONNECTOR = "57974ed227a82a3475cecb15"


def _step(name: str, function: str, *, completed: bool, **kind: Json) -> Json:
    return {
        "name": name,
        "description": f"Set up: {name}",
        "imageURL": f"/images/company-logos/{name.split(maxsplit=1)[0].lower()}.png",
        "completed": completed,
        "installerFunction": f"verify{function}",
        "uninstallerFunction": f"delete{function}",
        **kind,
    }


EXAMPLES: list[JsonObject] = [
    # What an integration that somebody built by hand looked like at first: four members.
    {
        "_id": DIY,
        "lastModified": "2017-08-07T18:34:07.786Z",
        "name": "Licensing and Usage",
        "readme": "Keeps the licensing data of all customers in step.",
    },
    # One that is being installed, with every kind of step: a connection, a bundle without and one
    # with a URL, and a step that is neither.
    {
        "_id": SMART_CONNECTOR,
        "lastModified": "2017-09-15T10:55:15.675Z",
        "name": "BigCommerce - NetSuite Connector",
        "_connectorId": "57179182e0a908200c2781d9",
        "install": [
            _step(
                "NetSuite Connection",
                "NetSuiteConnection",
                completed=True,
                _connectionId="57974ed21d2e4ab87ae46d99",
            ),
            _step(
                "BigCommerce Connection",
                "BigCommerceConnection",
                completed=False,
                _connectionId="57974ed227a82a3475cecb17",
            ),
            _step("Integrator Bundle", "IntegratorBundle", completed=False, installURL=""),
            _step(
                "BigCommerce Bundle",
                "BigCommerceBundle",
                completed=False,
                installURL="https://bundles.example/bigcommerce",
            ),
            _step("Tax Codes", "TaxCodes", completed=False),
        ],
        "mode": "install",
        "settings": {
            "sections": [{"temp": "remove_me"}],
            "commonresources": {
                "genericExportApiIdentifier": "e7654358b7",
                "bigcommerceConnectionId": "57974ed227a82a3475cec222",
                "netsuiteConnectionId": "57464ed11d2e4ab87ae46d99",
            },
        },
        "version": "1.0.1",
    },
    # One that is installed and in use; its settings hold whatever its publisher put there.
    {
        "_id": "61f0a3b29c4e7d1a2b3c4d60",
        "lastModified": "2024-03-06T09:00:00.000Z",
        "createdAt": "2023-11-20T14:02:11.008Z",
        "name": "Shopfront - Ledger",
        "_connectorId": "5fd2c1b0a9e8d7c6b5a49382",
        "install": [
            _step(
                "Ledger Connection",
                "Ledger",
                completed=True,
                _connectionId="61f0a3b29c4e7d1a2b3c4d61",
            ),
            _step("Ledger Package", "Package", completed=True, installURL=""),
        ],
        "mode": "settings",
        "settings": {
            "sections": [
                {
                    "id": "orders",
                    "title": "Orders",
                    "fields": [
                        {"name": "autoPost", "type": "checkbox", "value": True},
                        {"name": "batchSize", "type": "input", "value": 250},
                        {"name": "since", "type": "input", "value": None},
                        {"name": "hookToken", "type": "input", "value": "tok-SAMPLE-1"},
                    ],
                },
                {"id": "refunds", "title": "Refunds", "fields": []},
            ],
            "commonresources": {"ledgerConnectionId": "61f0a3b29c4e7d1a2b3c4d61"},
            "x-migrated": {"from": 1, "at": [2023, 11]},
        },
        "version": "2.3.0",
        "updateInProgress": False,
    },
    # One in the midst of a managed update.
    {
        "_id": "61f0a3b29c4e7d1a2b3c4d62",
        "lastModified": "2024-03-07T07:45:00.250Z",
        "createdAt": "2023-12-01T08:00:00.000Z",
        "name": "Helpdesk - CRM",
        "_connectorId": "5fd2c1b0a9e8d7c6b5a49383",
        "install": [_step("CRM Connection", "Crm", completed=True)],
        "mode": "settings",
        "settings": {},
        "version": "1.10.2",
        "updateInProgress": True,
    },
    # One that is being removed, with a version that is no row of numbers.
    {
        "_id": "61f0a3b29c4e7d1a2b3c4d63",
        "lastModified": "2024-03-08T16:20:00.000Z",
        "createdAt": "2023-12-02T08:00:00.000Z",
        "name": "Warehouse - Ledger",
        "_connectorId": "5fd2c1b0a9e8d7c6b5a49382",
        "install": [],
        "mode": "uninstall",
        "settings": {"sections": []},
        "version": "spring-edition",
        "updateInProgress": False,
    },
    {
        "_id": "61f0a3b29c4e7d1a2b3c4d5e",
        "lastModified": "2024-03-05T11:20:41.552Z",
        "createdAt": "2024-01-10T10:00:00.000Z",
        "name": "Orders to ledger",
        "readme": "Nightly posting of paid orders.",
    },
    # One built from a template, with the members that came later.
    {
        "_id": "61f0a3b29c4e7d1a2b3c4d5f",
        "lastModified": "2025-06-30T12:00:00.001Z",
        "createdAt": "2025-06-01T09:30:00.000Z",
        "lastModifiedBy": USER,
        "name": "Leads to newsletter",
        "description": None,
        "mode": "settings",
        "sandbox": False,
        "_templateId": "5e0f1a2b3c4d5e6f7a8b9c0d",
        "flowGroupings": [{"_id": "65a0c1d2e3f4a5b6c7d8e9f0", "name": "Hourly"}],
        "apiGroupings": [],
        "installSteps": [
            {
                "type": "connection",
                "name": "Newsletter",
                "completed": True,
                "_connectionId": "61f0a3b29c4e7d1a2b3c4d70",
                "sourceConnection": {"type": "http", "name": "Newsletter"},
            },
            {"type": "form", "name": "Lists", "completed": True, "form": {"fields": []}},
        ],
        "uninstallSteps": [],
        "settings": {"list": "newsletter-SAMPLE"},
    },
]

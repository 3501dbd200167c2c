"""Documents as Celigo writes them, with invented values."""

from __future__ import annotations

from typing import Any

DIY: dict[str, Any] = {
    "_id": "554155c853bb53af2900000b",
    "lastModified": "2017-08-07T18:34:07.786Z",
    "name": "Licensing and Usage",
    "readme": "This integration is mission critical and keeps the licensing data...",
}

CONNECTION_STEP: dict[str, Any] = {
    "name": "NetSuite Connection",
    "description": "Configure NetSuite account credentials",
    "imageURL": "/images/company-logos/netsuite.png",
    "completed": True,
    "installerFunction": "verifyNetSuiteConnection",
    "uninstallerFunction": "deleteNetSuiteConnection",
    "_connectionId": "57974ed21d2e4ab87ae46d99",
}
PACKAGE_STEP: dict[str, Any] = {
    "name": "Integrator Bundle",
    "description": "Install Integrator Bundle in NetSuite",
    "imageURL": "/images/company-logos/netsuite.png",
    "installURL": "",
    "completed": False,
    "installerFunction": "verifyIntegratorBundleInstallation",
    "uninstallerFunction": "uninstallVerifyIntegratorBundle",
}
GENERIC_STEP: dict[str, Any] = {
    "name": "Tax Codes",
    "description": "Choose tax codes",
    "imageURL": "/images/company-logos/tax.png",
    "completed": False,
    "installerFunction": "verifyTaxCodes",
    "uninstallerFunction": "forgetTaxCodes",
}

CONNECTOR: dict[str, Any] = {
    "_id": "57974ed227a82a3475cecb15",
    "lastModified": "2017-09-15T10:55:15.675Z",
    "name": "BigCommerce - NetSuite Connector",
    "_connectorId": "57179182e0a908200c2781d9",
    "install": [CONNECTION_STEP, PACKAGE_STEP, GENERIC_STEP],
    "mode": "install",
    "settings": {
        "sections": [{"temp": "SAMPLE-section"}],
        "commonresources": {"netsuiteConnectionId": "SAMPLE-resource"},
    },
    "version": "1.0.1",
    "updateInProgress": False,
}

LISTED: dict[str, Any] = {
    **DIY,
    "description": None,
    "createdAt": "2016-01-01T00:00:00.000Z",
    "lastModifiedBy": "5a1d3c0e9f8b7a6c5d4e3f21",
    "numFlows": 3,
    "numError": 0,
    "numRegisteredConnections": 2,
    "numOfflineConnections": 1,
    "lastErrorAt": "2017-08-07T18:00:00.001Z",
}

MODERN: dict[str, Any] = {
    **LISTED,
    "_templateId": "5e0f1a2b3c4d5e6f7a8b9c0d",
    "sandbox": False,
    "installSteps": [{"type": "form", "form": {"fields": []}, "completed": True}],
    "uninstallSteps": [],
    "flowGroupings": [{"_id": "65a0c1d2e3f4a5b6c7d8e9f0", "name": "Hourly", "note": ""}],
    "apiGroupings": None,
    "deletedAt": None,
    "settings": {},
}

DOCUMENTS = {
    "do-it-yourself": DIY,
    "connector": CONNECTOR,
    "listed": LISTED,
    "modern": MODERN,
}

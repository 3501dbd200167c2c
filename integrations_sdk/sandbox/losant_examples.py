"""Example data of Losant, all of it invented."""

from integrations_sdk.sandbox.documents import JsonObject

APPLICATION = "575ec8687ae143cd83dc4a97"
OTHER_APPLICATION = "575ec8687ae143cd83dc4a98"
INTEGRATION = "575ed78e7ae143cd83dc4aab"

APPLICATIONS = {APPLICATION: "Harbour cold store", OTHER_APPLICATION: "Greenhouse"}

CREDENTIALS: dict[str, list[JsonObject]] = {
    APPLICATION: [
        {"id": "575ed0c07ae143cd83dc4c01", "name": "Hub identity", "type": "azure"},
        {"id": "575ed0c07ae143cd83dc4c02", "name": "Meter reader", "type": "gcp"},
    ],
    OTHER_APPLICATION: [
        {"id": "575ed0c07ae143cd83dc4c03", "name": "Queue reader", "type": "aws"},
    ],
}

INTEGRATIONS: dict[str, list[JsonObject]] = {
    APPLICATION: [
        {
            "id": INTEGRATION,
            "name": "Cold room broker",
            "integrationType": "mqtt",
            "topics": ["coldroom/+/temp", "coldroom/+/door"],
            "mqttConfig": {
                "protocol": "mqtts",
                "host": "mq.coldroom.example",
                "port": 8883,
                "clientId": "harbour-bridge",
                "username": "bridge",
                "password": "pw-SAMPLE-1",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4aac",
            "name": "Dock events",
            "integrationType": "azureEventHub",
            "credentialName": "Hub identity",
            "azureEventHubConfig": {
                "hubName": "dock",
                "consumerGroup": "$Default",
                "hostName": "harbour.servicebus.example",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4aad",
            "name": "Electricity meters",
            "integrationType": "googlePubSub",
            "topics": ["projects/harbour-example/subscriptions/meters"],
            "googlePubSubConfig": {"keyJson": '{"private_key": "key-SAMPLE-2"}'},
        },
        {
            "id": "575ed78e7ae143cd83dc4aae",
            "name": "Forklift trackers",
            "integrationType": "particle",
            "enabled": False,
            "particleConfig": {"accessToken": "tok-SAMPLE-3", "productSlugOrId": "forklift-v2"},
        },
        {
            "id": "575ed78e7ae143cd83dc4aaf",
            "name": "Gate queue",
            "integrationType": "sqs",
            "sqsConfig": {
                "queueUrl": "https://sqs.eu-west-1.example/000000000000/gate",
                "accessKeyId": "AK-SAMPLE-4",
                "secretAccessKey": "sk-SAMPLE-4",
                "region": "eu-west-1",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4ab0",
            "name": "Harbour weather",
            "integrationType": "websocket",
            "websocketConfig": {
                "url": "wss://weather.example/stream",
                "headers": [{"headerKey": "X-Api-Key", "headerValue": "key-SAMPLE-5"}],
            },
        },
    ],
    OTHER_APPLICATION: [
        {
            "id": "575ed78e7ae143cd83dc4ab1",
            "name": "Irrigation broker",
            "integrationType": "mqtt",
            "topics": ["beds/#"],
            "mqttConfig": {
                "protocol": "mqtt",
                "host": "mq.greenhouse.example",
                "port": 1883,
                "clientId": "greenhouse",
                "password": "pw-SAMPLE-6",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4ab2",
            "name": "Orders",
            "integrationType": "sqs",
            "credentialName": "Queue reader",
            "sqsConfig": {"queueUrl": "https://sqs.eu-west-1.example/000000000000/orders"},
        },
    ],
}

CONNECTED: JsonObject = {
    "lastKeepAlive": 1739390400123,
    "connectInfo": {"ts": 1739386800000},
    "disconnectInfo": {"ts": None},
}

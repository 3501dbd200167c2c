"""Scripts that make one call and end: the address of the server is their argument."""

from __future__ import annotations

from typing import Final

from .documents import APPLICATION, INTEGRATION, LOSANT_PATH

_GET: Final = f'get(sys.argv[1] + "{LOSANT_PATH}")'
_IDS: Final = f'application_id="{APPLICATION}", integration_id="{INTEGRATION}"'

NOTHING: Final = "print('id')"

HTTP_CLIENT: Final = f"""
import json, sys
from http.client import HTTPConnection
connection = HTTPConnection(sys.argv[1].removeprefix("http://"))
connection.request("GET", "{LOSANT_PATH}")
print(json.loads(connection.getresponse().read())["id"])
"""

HTTPX: Final = f"""
import sys, httpx
print(httpx.Client().{_GET}.json()["id"])
"""

HTTPX_UNVERIFIED: Final = f"""
import sys, httpx
print(httpx.Client(verify=False).{_GET}.json()["id"])
"""

HTTPX2: Final = f"""
import sys, httpx2
print(httpx2.Client().{_GET}.json()["id"])
"""

REQUESTS: Final = f"""
import sys, requests
print(requests.Session().{_GET}.json()["id"])
"""

PYREQWEST: Final = f"""
import sys
from pyreqwest.client import SyncClientBuilder
print(SyncClientBuilder().build().{_GET}.build().send().json()["id"])
"""

LOSANT_REST: Final = f"""
import sys
from losant_rest import Client
client = Client(auth_token="tok-SAMPLE-plain", url=sys.argv[1])
ids = {{"applicationId": "{APPLICATION}", "integrationId": "{INTEGRATION}"}}
print(client.integration.get(**ids)["id"])
"""

OPENAI: Final = """
import sys
from openai import OpenAI
client = OpenAI(api_key="tok-SAMPLE-plain", base_url=sys.argv[1] + "/openai/v1")
print(client.models.retrieve("x").id)
"""

ANTHROPIC: Final = """
import sys
from anthropic import Anthropic
client = Anthropic(api_key="tok-SAMPLE-plain", base_url=sys.argv[1])
print(client.models.retrieve("x").id)
"""

STRIPE: Final = """
import sys
from stripe import StripeClient
client = StripeClient("tok-SAMPLE-plain", base_addresses={"api": sys.argv[1]})
print(client.v1.customers.retrieve("cus_SAMPLE").id)
"""

SDK: Final = f"""
import sys
from integrations_sdk import Losant
client = Losant("tok-SAMPLE-plain", base_url=sys.argv[1])
print(client.integration.get({_IDS}).id)
"""

SDK_CERTIFICATES: Final = f"""
import sys, httpx
from integrations_sdk import Losant
httpx.create_ssl_context()  # as a client does that calls an https address
client = Losant("tok-SAMPLE-plain", base_url=sys.argv[1])
print(client.integration.get({_IDS}).id)
"""

SDK_HTTPX2: Final = f"""
import sys
from integrations_sdk import Losant
from integrations_sdk.transports import Httpx2Transport
client = Losant("tok-SAMPLE-plain", base_url=sys.argv[1], transport=Httpx2Transport())
print(client.integration.get({_IDS}).id)
"""

SDK_FAST: Final = f"""
import sys
from integrations_sdk import Losant
from integrations_sdk.transports import FastTransport
client = Losant("tok-SAMPLE-plain", base_url=sys.argv[1], transport=FastTransport())
print(client.integration.get({_IDS}).id)
"""

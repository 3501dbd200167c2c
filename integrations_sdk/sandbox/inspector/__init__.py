"""The sandbox's front page: what it was called, what it holds, and what is to go wrong."""

from integrations_sdk.sandbox.inspector.app import Inspector
from integrations_sdk.sandbox.inspector.facts import Facts

__all__ = ["Facts", "Inspector"]

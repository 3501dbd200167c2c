"""What can go wrong between the sandbox and the person who runs it."""


class SandboxError(Exception):
    """The sandbox cannot do what was asked; the message says why and what to do."""

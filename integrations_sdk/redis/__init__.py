"""A rate limit that many processes and machines share, through Redis.

Needs ``pip install 'integrations-sdk[redis]'``.
"""

from .limit import RedisRateLimit

__all__ = ["RedisRateLimit"]

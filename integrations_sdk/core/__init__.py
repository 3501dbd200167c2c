"""HTTP, knowing no platform: describe a call, run it, keep its secrets, tell what happened."""

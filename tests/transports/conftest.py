"""Every test in this folder runs on every kind of transport, unless its file is of one library."""

from __future__ import annotations

from .kinds import KINDS, each_face

face = each_face(*KINDS)

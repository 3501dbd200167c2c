"""Several calls as one: changes that read before they write, and leave nobody locked out.

Celigo locks an integration while an update of it is in progress, by itself or when it is told, and
never unlocks it by itself. So every change here that may lock ends by unlocking, whatever happens.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import attrs

from integrations_sdk.core.arguments import object_id
from integrations_sdk.core.call import Call
from integrations_sdk.core.errors import (
    CleanupError,
    IntegrationsError,
    InvalidArgumentError,
    NotFoundError,
)
from integrations_sdk.core.logs import log
from integrations_sdk.core.model import UNSET, Maybe
from integrations_sdk.core.steps import Body, Session, Steps, ask

from . import versions
from .models import Integration
from .operations import GET, UPDATE

if TYPE_CHECKING:
    from .models import InstallStep


def read(integration_id: str) -> Call[Integration]:
    """Return the call that reads an integration."""
    return GET({"_id": object_id("integration_id", integration_id)})


def replace(integration_id: str, integration: Integration) -> Call[Integration]:
    """Return the call that replaces an integration.

    Raises:
        InvalidArgumentError: When the document is another integration's.
    """
    id_ = object_id("integration_id", integration_id)
    own: object = getattr(integration, "id", id_)  # what is no Integration is refused further on
    if own != id_:
        raise InvalidArgumentError("integration.id", "the same id as integration_id", "another")
    return UPDATE({"_id": id_}, body=integration)


def unlocking(integration_id: str) -> Steps[Integration]:
    """Unlock an integration as it stands, if it is locked."""
    found = yield from ask(read(integration_id))
    if not found.is_locked:
        return found
    found.update_in_progress = False
    unlocked = yield from ask(replace(integration_id, found))
    if unlocked.is_locked:
        raise _left_locked(integration_id, "Celigo took the change, and keeps it locked")
    return unlocked


def editing(integration_id: str) -> Session[Integration]:
    """Write back what the body changes of an integration, if it changes anything."""
    found = yield from ask(read(integration_id))
    before = copy.deepcopy(found)
    yield Body(found)
    if found != before:
        was_locked = before.is_locked or found.is_locked
        yield from _replacing(integration_id, found, may_stay_locked=was_locked)


def completing(integration_id: str, step: str | int | None) -> Steps[Integration]:
    """Mark a step of an installation as done."""
    found = yield from ask(read(integration_id))
    chosen = _chosen(found, step)
    if chosen.completed is True:
        return found
    chosen.completed = True
    written = yield from _replacing(integration_id, found, may_stay_locked=found.is_locked)
    return written


def updating(integration_id: str, version: str | None) -> Session[Integration]:
    """Lock; let the body change the model; push what it changed; raise the version and unlock."""
    found = yield from ask(read(integration_id))
    target = _raised(found.version, version)
    try:
        found.update_in_progress = True
        handed = yield from ask(replace(integration_id, found))
        before = copy.deepcopy(handed)
        yield Body(handed)
        current = yield from ask(read(integration_id))
        if version is None and handed.version is not UNSET and handed.version != before.version:
            target = handed.version
        handed.version, handed.update_in_progress = before.version, before.update_in_progress
        if _carry(before, handed, current):
            current.update_in_progress = True
            current = yield from ask(replace(integration_id, current))
        current.version, current.update_in_progress = target, False
        updated = yield from ask(replace(integration_id, current))
        if updated.is_locked:
            yield from unlocking(integration_id)
    except BaseException as error:  # Ctrl-C and cancellation too must not leave it locked
        yield from _restoring(integration_id, error)
        raise


def _replacing(
    integration_id: str, integration: Integration, *, may_stay_locked: bool
) -> Steps[Integration]:
    """Replace an integration, and unlock it if Celigo locks it on that account."""
    if may_stay_locked or not integration.is_smart_connector:
        written = yield from ask(replace(integration_id, integration))
        return written
    try:
        written = yield from ask(replace(integration_id, integration))
        if written.is_locked:
            written = yield from unlocking(integration_id)
    except BaseException as error:
        yield from _restoring(integration_id, error)
        raise
    return written


def _restoring(integration_id: str, error: BaseException) -> Steps[None]:
    """Unlock an integration after something went wrong.

    Raises:
        CleanupError: When that goes wrong too, from the first error. What interrupts a program,
            such as Ctrl-C or the cancellation of a task, goes first: it is raised from that.
    """
    if isinstance(error, GeneratorExit):  # nobody is there to make further calls
        log.error("%s", _left_locked(integration_id, "the change was abandoned"))
        return
    try:
        yield from unlocking(integration_id)
    except NotFoundError:
        return  # deleted meanwhile: there is nothing to unlock
    except BaseException as failure:
        known = isinstance(failure, CleanupError)
        locked = failure if known else _left_locked(integration_id, _reason(failure))
        log.error("%s", locked)
        if not isinstance(failure, Exception):
            locked.__cause__ = error
            raise failure from locked
        if not isinstance(error, Exception):
            raise error from locked
        raise locked from error


def _left_locked(integration_id: str, reason: str) -> CleanupError:
    error = CleanupError(
        f"the customer's integration {integration_id} is still locked (updateInProgress), as far "
        f"as is known, so that its user cannot change it: {reason}. Unlock it with "
        f"integration.unlock(integration_id={integration_id!r})"
    )
    error.operation = "integration.unlock"
    return error


def _reason(failure: BaseException) -> str:
    """Say why unlocking failed; what is not this library's may hold secrets."""
    return str(failure) if isinstance(failure, IntegrationsError) else type(failure).__name__


def _raised(current: Maybe[str], wanted: str | None) -> str:
    """Return the version to raise to.

    Raises:
        InvalidArgumentError: When there is none, or it is lower than the present one.
    """
    if wanted is None:
        following = versions.next_patch(current) if current is not UNSET else None
        if following is None:
            expected = "a version, for the present one has no next patch release"
            raise InvalidArgumentError("version", expected, "nothing")
        return following
    if current is not UNSET and versions.is_lower(wanted, current):
        raise InvalidArgumentError("version", f"at least {current}", wanted)
    return wanted


def _carry(before: Integration, after: Integration, onto: Integration) -> bool:
    """Carry what changed from one state of an integration to a later one onto a third."""
    changed = False
    for field in attrs.fields(Integration):
        value: object = getattr(after, field.name)
        if field.name != "extra" and value != getattr(before, field.name):
            setattr(onto, field.name, value)
            changed = True
    for member in before.extra.keys() | after.extra.keys():
        if member not in after.extra:
            onto.extra.pop(member, None)
            changed = True
        elif member not in before.extra or before.extra[member] != after.extra[member]:
            onto.extra[member] = after.extra[member]
            changed = True
    return changed


def _chosen(integration: Integration, step: str | int | None) -> InstallStep:
    steps = integration.install or []
    if step is None:
        found = [upcoming] if (upcoming := integration.next_install_step) is not None else []
    elif isinstance(step, int):
        found = steps[step : step + 1] if step >= 0 else []
    else:
        named = [candidate for candidate in steps if candidate.name == step]
        found = sorted(named, key=lambda candidate: candidate.completed is True)
    if found:
        return found[0]
    names = ", ".join(candidate.name or "a step without a name" for candidate in steps)
    expected = "a step that is not done" if step is None else f"one of the steps ({names})"
    raise InvalidArgumentError("step", expected, "none" if step is None else repr(step))

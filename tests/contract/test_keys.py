"""The contract of access keys: shown once, kept as a hash, gone at once when revoked."""

from __future__ import annotations

import re

import pytest

from digitizer.errors import NotFound, Unauthenticated, UsageError
from storage.base import Identity, Role
from tests.contract.worlds import World, race


def test_a_key_says_who_it_is(world: World) -> None:
    key, presented = world.stores.keys.create(Role.DEVICE, "b01", "kiosk 3")
    assert re.fullmatch(rf"dgz_{key.id}_[A-Za-z0-9_-]{{43}}", presented)
    assert world.another().keys.authenticate(presented) == Identity(key.id, Role.DEVICE, "b01", "kiosk 3")


def test_keys_differ(world: World) -> None:
    made = [world.stores.keys.create(Role.CLIENT, "*", "dossier system") for _ in range(3)]
    assert len({p for _, p in made}) == len({k.id for k, _ in made}) == 3
    assert [k.id for k in world.stores.keys.list_keys()] == [k.id for k, _ in made]


def test_anything_else_is_refused(world: World) -> None:
    key, presented = world.stores.keys.create(Role.DEVICE, "b01", "kiosk")
    other, _ = world.stores.keys.create(Role.DEVICE, "b01", "kiosk")
    secret = presented.split("_", 2)[2]
    wrong = ["", "dgz", "dgz__", f"dgz_{key.id}_", f"dgz_{key.id}_{secret[:-1]}", f"{presented}x", secret,
             f"dgz_{other.id}_{secret}", f"dgz_404_{secret}", f"DGZ_{key.id}_{secret}", presented + "é", "x" * 10_000]
    for attempt in wrong:
        with pytest.raises(Unauthenticated):
            world.stores.keys.authenticate(attempt)


def test_a_revoked_key_is_refused_at_once_everywhere(world: World) -> None:
    key, presented = world.stores.keys.create(Role.REVIEWER, "*", "phòng kiểm tra")
    elsewhere = world.another()
    elsewhere.keys.authenticate(presented)
    world.stores.keys.revoke(key.id)
    with pytest.raises(Unauthenticated):
        elsewhere.keys.authenticate(presented)
    (listed,) = world.stores.keys.list_keys()
    assert listed.revoked_at is not None
    world.stores.keys.revoke(key.id)
    assert world.stores.keys.list_keys()[0].revoked_at == listed.revoked_at
    with pytest.raises(NotFound):
        world.stores.keys.revoke("404")


def test_last_use_is_noted_to_the_minute(world: World) -> None:
    _, presented = world.stores.keys.create(Role.DEVICE, "b01", "kiosk")
    assert world.stores.keys.list_keys()[0].last_used_at is None
    for passed, age in ((0, 0), (59, 59), (2, 0)):
        world.clock.pass_time(seconds=passed)
        world.stores.keys.authenticate(presented)
        used = world.stores.keys.list_keys()[0].last_used_at
        assert used and (world.clock.now - used).total_seconds() == age


@pytest.mark.parametrize(("role", "branch"), [(Role.DEVICE, "*"), (Role.DEVICE, ""), (Role.CLIENT, "x" * 65)])
def test_a_key_has_a_sane_scope(world: World, role: Role, branch: str) -> None:
    with pytest.raises(UsageError):
        world.stores.keys.create(role, branch, "name")


def test_making_and_revoking_leave_a_trail_without_the_secret(world: World) -> None:
    key, presented = world.stores.keys.create(Role.DEVICE, "b01", "kiosk")
    world.stores.keys.revoke(key.id)
    assert world.stores.audit
    trail = world.stores.audit.entries()
    assert [e.action for e in trail] == [f"key.created {key.id}", f"key.revoked {key.id}"]
    assert presented.split("_", 2)[2] not in repr(trail) + repr(world.stores.keys.list_keys())


def test_one_key_from_eight_sides(world: World) -> None:
    key, presented = world.stores.keys.create(Role.DEVICE, "b01", "kiosk")
    others = [world.stores, world.another()]
    answers = race([lambda n=n: others[n % 2].keys.authenticate(presented) for n in range(8)])
    assert answers == [Identity(key.id, Role.DEVICE, "b01", "kiosk")] * 8

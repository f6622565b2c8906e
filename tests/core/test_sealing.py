"""What is sealed is opened in its place, with our keys, and not otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armature.core.errors import BadUserInput
from armature.core.sealing import SealBroken, Sealing, place_of, secret_keys

OLD, NEW = b"the key there was, of thirty-two bytes", b"the key there is, of thirty-two bytes."
PLACE = place_of("totp_secrets", "secret", "1")


@given(st.binary(max_size=500))
def test_what_is_sealed_comes_back_and_cannot_be_read_before(secret: bytes) -> None:
    sealed = Sealing([NEW]).seal(secret, PLACE)
    assert Sealing([NEW]).open(sealed, PLACE) == secret
    assert len(secret) < 4 or secret not in sealed


def test_the_same_secret_never_looks_the_same() -> None:
    sealing = Sealing([NEW])
    assert sealing.seal(b"x", PLACE) != sealing.seal(b"x", PLACE)


def test_a_secret_copied_into_another_row_does_not_open() -> None:
    sealed = Sealing([NEW]).seal(b"secret", PLACE)
    for other in (("totp_secrets", "secret", "2"), ("sign_in_providers", "secret", "1"), ("totp_secrets", "x", "1")):
        with pytest.raises(SealBroken):
            Sealing([NEW]).open(sealed, place_of(*other))


def test_a_secret_with_any_bit_changed_does_not_open() -> None:
    sealed = Sealing([NEW]).seal(b"secret", PLACE)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealBroken):
            Sealing([NEW]).open(bytes(changed), PLACE)
    for end in range(len(sealed)):
        with pytest.raises(SealBroken):
            Sealing([NEW]).open(sealed[:end], PLACE)


def test_a_key_is_rotated_without_touching_what_it_seals() -> None:
    sealed = Sealing([OLD]).seal(b"secret", PLACE)
    both = Sealing([NEW, OLD])
    assert not both.is_newest(sealed)
    assert both.open(sealed, PLACE) == b"secret"

    rewrapped = both.rewrapped(sealed, PLACE)

    assert both.is_newest(rewrapped)
    assert Sealing([NEW]).open(rewrapped, PLACE) == b"secret"
    assert rewrapped.endswith(sealed[-len(b"secret") - 28 :])
    with pytest.raises(SealBroken):
        Sealing([OLD]).open(rewrapped, PLACE)


def test_neither_keys_nor_secrets_show() -> None:
    sealing = Sealing([NEW])
    assert "thirty" not in repr(sealing)
    with pytest.raises(SealBroken) as caught:
        sealing.open(b"secret", PLACE)
    assert "secret'" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "old", "at_fault"),
    [
        (None, None, "ARMATURE_SECRET_KEY is not set"),
        ("x" * 31, None, "ARMATURE_SECRET_KEY has 31"),
        ("x" * 32, "y", "ARMATURE_OLD_SECRET_KEY has 1 "),
    ],
)
def test_a_key_that_is_too_short_names_its_setting(key: str | None, old: str | None, at_fault: str) -> None:
    with pytest.raises(BadUserInput, match=at_fault):
        secret_keys(key, old)

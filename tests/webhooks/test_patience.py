"""How long is waited, in numbers."""

from datetime import timedelta

from armature.webhooks.patience import FAILING_FROM, MOST_ATTEMPTS, WAITS, pause_after, wait_after


def test_a_delivery_is_tried_for_about_a_day_ever_more_rarely() -> None:
    waits = [wait_after(each) for each in range(1, MOST_ATTEMPTS)]
    assert None not in waits
    assert timedelta(hours=20) < sum((each for each in waits if each), timedelta()) < timedelta(hours=32)
    assert list(WAITS) == sorted(WAITS)
    assert wait_after(MOST_ATTEMPTS) is None


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert len({wait_after(5) for _ in range(20)}) > 1


def test_what_a_receiver_asks_for_is_granted_up_to_a_day() -> None:
    assert wait_after(1, timedelta(hours=3)) == timedelta(hours=3)
    assert wait_after(1, timedelta(days=400)) == timedelta(days=1)
    assert (wait_after(6, timedelta(seconds=1)) or timedelta()) > timedelta(hours=1)


def test_a_receiver_that_fails_is_left_alone_for_longer_and_longer() -> None:
    assert pause_after(FAILING_FROM - 1) is None
    assert pause_after(1, timedelta(minutes=1)) == timedelta(minutes=1)
    pauses = [pause_after(each) or timedelta() for each in (FAILING_FROM, FAILING_FROM + 3, FAILING_FROM + 1_000)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= timedelta(minutes=12)

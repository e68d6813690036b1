"""The budget for calls, on the embedded Valkey and on a Redis server: shared, and never overdrawn."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from crmhost import NotYet, budget
from crmhost.budget import RESERVE, SLOT, WINDOW, DeliveryBudget


@dataclass
class Minutes:
    """Budgets of one key that share a clock which stands until it is moved."""

    redis: Redis
    now: float = 1_800_000_000.0
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def delivery(self, *, background: bool = False) -> DeliveryBudget:
        return DeliveryBudget(self.redis, background=background, clock=lambda: self.now)

    def spend(self, of: DeliveryBudget, wanted: int, calls: int = 10) -> int:
        """Make so many calls, or as many as are allowed; return how many those were."""
        for made in range(wanted):
            try:
                with of.call(self.key, calls=calls):
                    pass
            except NotYet:
                return made
        return wanted

    def delay(self, calls: int = 10) -> float | None:
        """Return for how long one more call has to wait."""
        with pytest.raises(NotYet) as wait, self.delivery().call(self.key, calls=calls):
            pass
        return wait.value.delay


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with closing(Redis.from_url(redis_url)) as client:
        yield client


@pytest.fixture
def minutes(redis: Redis) -> Minutes:
    return Minutes(redis)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PATIENCE", 0.0)


def test_no_more_calls_are_made_than_a_minute_allows(minutes: Minutes) -> None:
    assert minutes.spend(minutes.delivery(), 7) == 7
    assert minutes.spend(minutes.delivery(), 7) == 3


def test_what_must_wait_waits_for_the_end_of_the_minute_and_a_little_longer(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 10)
    minutes.now += 20

    delay = minutes.delay()

    assert delay is not None
    assert 40 <= delay <= 41


@pytest.mark.usefixtures("impatient")
def test_what_others_hold_and_may_give_back_is_asked_for_soon(minutes: Minutes) -> None:
    """A minute's last calls are made in it, although deliveries take more than they need."""
    first, second = minutes.delivery(), minutes.delivery()
    minutes.spend(first, 1)
    minutes.spend(second, 6)

    soon = minutes.delay(7)
    first.close()

    assert soon is not None
    assert soon < 1
    assert minutes.spend(minutes.delivery(), 4) == 3
    second.close()
    assert minutes.delay() == pytest.approx(WINDOW, abs=1)


def test_the_next_minute_has_its_own_calls(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 10)
    minutes.now += WINDOW

    assert minutes.spend(minutes.delivery(), 12) == 10


@pytest.mark.usefixtures("impatient")
def test_a_delivery_keeps_a_few_calls_for_itself(minutes: Minutes) -> None:
    first = minutes.delivery()
    minutes.spend(first, 1)

    assert minutes.spend(minutes.delivery(), 10) == 10 - RESERVE
    assert minutes.spend(first, 10) == RESERVE - 1


def test_what_a_delivery_did_not_use_is_given_back(minutes: Minutes) -> None:
    first = minutes.delivery()
    minutes.spend(first, 1)
    first.close()

    assert minutes.spend(minutes.delivery(), 10) == 9


def test_the_last_call_of_a_minute_is_had(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 9)

    assert minutes.spend(minutes.delivery(), 1) == 1


def test_what_was_kept_is_worth_nothing_in_the_next_minute(minutes: Minutes) -> None:
    first = minutes.delivery()
    minutes.spend(first, 1)
    minutes.now += WINDOW
    minutes.spend(minutes.delivery(), 10)

    assert minutes.spend(first, 1) == 0
    first.close()
    assert minutes.spend(minutes.delivery(), 1) == 0


@pytest.mark.usefixtures("impatient")
def test_what_the_crm_says_lowers_what_is_left(minutes: Minutes) -> None:
    """Another program uses the same user's calls."""
    minutes.spend(minutes.delivery(), 1)
    minutes.delivery().told(minutes.key, limit=10, remaining=2)

    assert minutes.spend(minutes.delivery(), 10) == 2


def test_what_the_crm_says_never_raises_what_is_left(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 10)
    minutes.delivery().told(minutes.key, limit=10, remaining=5)

    assert minutes.spend(minutes.delivery(), 1) == 0


def test_a_lower_limit_of_the_crm_holds_in_the_next_minute_too(minutes: Minutes) -> None:
    minutes.delivery().told(minutes.key, limit=3, remaining=0)
    assert minutes.spend(minutes.delivery(), 1) == 0
    minutes.now += WINDOW

    assert minutes.spend(minutes.delivery(), 10) == 3


def test_our_minute_does_not_end_before_the_crms(minutes: Minutes) -> None:
    """The call that began ours was answered two seconds later."""
    minutes.spend(minutes.delivery(), 10)
    minutes.now += 2
    minutes.delivery().told(minutes.key, limit=10, remaining=9)
    minutes.now += WINDOW - 2

    assert minutes.spend(minutes.delivery(), 1) == 0


def test_where_the_crm_has_begun_a_new_minute_so_do_we(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 10)
    minutes.now += WINDOW - 1
    minutes.delivery().told(minutes.key, limit=10, remaining=9)

    assert minutes.spend(minutes.delivery(), 10) == 9


def test_what_was_taken_in_a_minute_that_the_crm_has_ended_is_not_given_back(minutes: Minutes) -> None:
    first = minutes.delivery()
    minutes.spend(first, 1)
    minutes.now += WINDOW - 1
    minutes.delivery().told(minutes.key, limit=10, remaining=9)

    first.close()

    assert minutes.spend(minutes.delivery(), 10) == 9


def test_a_crm_may_count_another_span_than_a_minute(minutes: Minutes) -> None:
    with minutes.delivery().call(minutes.key, calls=1, seconds=5):
        minutes.now += 4
    with (
        pytest.raises(NotYet, match="1 in 5 seconds") as wait,
        minutes.delivery().call(minutes.key, calls=1, seconds=5),
    ):
        pass
    minutes.now += 1

    assert 1 <= (wait.value.delay or 0) <= 2
    with minutes.delivery().call(minutes.key, calls=1, seconds=5):
        pass


@pytest.mark.usefixtures("impatient")
def test_a_delivery_in_its_middle_waits_for_the_end_of_a_short_span(redis: Redis) -> None:
    """Where fewer calls are allowed than it takes, it would begin anew for ever."""
    delivery, key, made = DeliveryBudget(redis), uuid.uuid4().hex, 0

    for _ in range(5):
        with delivery.call(key, calls=2, seconds=0.1):
            made += 1

    assert made == 5


@pytest.mark.usefixtures("impatient")
def test_no_more_calls_are_made_at_once_than_there_are_slots(minutes: Minutes) -> None:
    one, other = minutes.delivery(), minutes.delivery()

    with one.call(minutes.key, calls=10, at_once=1):
        with (
            pytest.raises(NotYet, match="1 at once") as wait,
            other.call(minutes.key, calls=10, at_once=1),
        ):
            pass
        assert 0 < (wait.value.delay or 0) < 2

    with other.call(minutes.key, calls=10, at_once=1):
        pass


@pytest.mark.usefixtures("impatient")
def test_a_call_that_fails_frees_its_slot(minutes: Minutes) -> None:
    with pytest.raises(KeyError), minutes.delivery().call(minutes.key, calls=10, at_once=1):
        raise KeyError

    with minutes.delivery().call(minutes.key, calls=10, at_once=1):
        pass


@pytest.mark.usefixtures("impatient")
def test_the_slot_of_a_process_that_died_is_free_in_time(minutes: Minutes) -> None:
    with ExitStack() as never_left:
        never_left.enter_context(minutes.delivery().call(minutes.key, calls=10, at_once=1))
        minutes.now += SLOT

        with minutes.delivery().call(minutes.key, calls=10, at_once=1):
            pass


def test_a_slot_that_is_free_soon_is_waited_for(minutes: Minutes) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with minutes.delivery().call(minutes.key, calls=10, at_once=1):
            entered.set()
            leave.wait(5)

    with ThreadPoolExecutor() as pool:
        pool.submit(hold)
        assert entered.wait(5)
        pool.submit(leave.set)
        with minutes.delivery().call(minutes.key, calls=10, at_once=1):
            assert leave.is_set()


@pytest.mark.usefixtures("impatient")
def test_a_call_that_gets_no_slot_costs_nothing_of_the_minute(minutes: Minutes) -> None:
    one, other = minutes.delivery(), minutes.delivery()
    with one.call(minutes.key, calls=10, at_once=1), pytest.raises(NotYet):  # noqa: SIM117
        with other.call(minutes.key, calls=10, at_once=1):
            pass
    one.close()

    assert minutes.spend(minutes.delivery(), 10) == 9


def test_what_tells_of_the_past_leaves_a_quarter_of_each_minute_to_what_is_live(minutes: Minutes) -> None:
    assert minutes.spend(minutes.delivery(background=True), 12, calls=12) == 9
    assert minutes.spend(minutes.delivery(), 12, calls=12) == 3


def test_what_is_live_leaves_nothing_to_the_past(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 9, calls=12)

    assert minutes.spend(minutes.delivery(background=True), 1, calls=12) == 0


def test_a_crm_that_allows_one_call_a_minute_gets_what_tells_of_the_past(minutes: Minutes) -> None:
    assert minutes.spend(minutes.delivery(background=True), 2, calls=1) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("slots", "for_the_past"), [(3, 2), (2, 1), (1, 1)])
def test_what_tells_of_the_past_leaves_a_slot_to_what_is_live(
    minutes: Minutes, slots: int, for_the_past: int
) -> None:
    def enter(calls: ExitStack, *, background: bool) -> bool:
        one = minutes.delivery(background=background)
        try:
            calls.enter_context(one.call(minutes.key, calls=100, at_once=slots))
        except NotYet:
            return False
        return True

    with ExitStack() as calls:
        past = [enter(calls, background=True) for _ in range(slots)]
        live = [enter(calls, background=False) for _ in range(slots)]

    assert (sum(past), sum(live)) == (for_the_past, slots - for_the_past)


def test_keys_do_not_share(minutes: Minutes) -> None:
    minutes.spend(minutes.delivery(), 10)

    assert Minutes(minutes.redis, minutes.now).spend(minutes.delivery(), 1) == 1


def test_without_redis_no_call_is_made_and_nothing_breaks() -> None:
    away = DeliveryBudget(Redis.from_url("unix:///nowhere/valkey.sock"))

    with pytest.raises(NotYet, match="Redis is away") as wait, away.call("key", calls=10):
        pass
    away.told("key", limit=10, remaining=5)
    away.close()

    assert wait.value.delay


def test_threads_that_share_a_minute_make_its_calls_and_not_one_more(redis_url: str) -> None:
    key, made = uuid.uuid4().hex, []

    def work() -> None:
        with closing(Redis.from_url(redis_url)) as client:
            for calls in (1, 2, 3, 6) * 10:
                with closing(DeliveryBudget(client)) as delivery:
                    try:
                        for _ in range(calls):
                            with delivery.call(key, calls=60, at_once=8):
                                made.append(1)
                    except NotYet:
                        pass

    with ThreadPoolExecutor(8) as pool:
        for worker in [pool.submit(work) for _ in range(8)]:
            worker.result()

    assert len(made) == 60


@dataclass
class Laravel:
    """A CRM that counts as Laravel does: from the first call, for a minute."""

    limit: int
    ends: float = 0.0
    used: int = 0

    def hit(self, now: float) -> int:
        """Take a call; return how many are left, less than none where it should not have come."""
        if now >= self.ends:
            self.ends, self.used = now + WINDOW, 0
        self.used += 1
        return self.limit - self.used


MOVES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["call", "call", "call", "close"]), st.integers(0, 25)),
    max_size=60,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, limit=st.integers(1, 9), tells=st.booleans())
def test_a_crm_never_gets_a_call_too_many(
    valkey_url: str, moves: list[tuple[int, str, int]], limit: int, tells: bool
) -> None:
    """Whoever calls when, and whatever is kept and given back."""
    with closing(Redis.from_url(valkey_url)) as client, pytest.MonkeyPatch.context() as patched:
        patched.setattr(budget, "PATIENCE", 0.0)
        minutes, crm = Minutes(client), Laravel(limit)
        deliveries = [minutes.delivery() for _ in range(3)]
        for which, move, pause in moves:
            minutes.now += pause / 4 if move == "call" else 0
            if move == "close":
                deliveries[which].close()
                deliveries[which] = minutes.delivery()
                continue
            if minutes.spend(deliveries[which], 1, limit):
                left = crm.hit(minutes.now)
                assert left >= 0
                if tells:
                    deliveries[which].told(minutes.key, limit=limit, remaining=left)

"""What is written where many can read it: no secret, and nothing that tells who the customer is."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from crmhost import CredentialsError, Rejected, TryAgain
from crmhost.demo import payloads
from crmhost.logs import way_of_an_error

from .conftest import Bench
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
TOLD = "jane@example.com is taken, says the CRM to t0ken"


@pytest.mark.parametrize(
    "trouble",
    [TryAgain(TOLD), Rejected(TOLD), CredentialsError(TOLD), KeyError(TOLD), TryAgain("x", fix=TOLD)],
)
def test_what_a_crm_says_is_kept_with_the_delivery_without_secrets_and_not_logged(
    lite_bench: Bench, crm: FakeCRM, trouble: Exception
) -> None:
    crm.troubles.append(trouble)
    lite_bench.receive(payloads.contact_created(JANE))
    with capture_logs(processors=[way_of_an_error]) as logged:
        lite_bench.work()

    kept = f"{lite_bench.last()} {lite_bench.connection_state()}"
    assert "jane@example.com is taken, says the CRM to …" in kept
    assert "t0ken" not in kept
    assert "jane" not in str(logged).lower()
    assert "t0ken" not in str(logged)


def test_an_error_is_logged_by_what_it_is_and_where_it_arose() -> None:
    def stumble() -> None:
        raise KeyError(TOLD)

    try:
        stumble()
    except KeyError as error:
        told: Any = way_of_an_error(None, "error", {"event": "plugin failed", "exc_info": error})

    assert (told["event"], told["error"]) == ("plugin failed", "KeyError")
    assert told["at"].endswith(" stumble")
    assert "jane" not in str(told)

"""The working group's own audits of a GraphQL-over-HTTP server: every one has to be ok."""

import pytest

from tests.support.audits import audits
from tests.support.serving import serving
from tests.support.small_site import Site

pytestmark = pytest.mark.xdist_group("audits")


def test_every_audit_is_ok() -> None:
    with serving(Site(anonymous=False).app()) as url:
        found = audits(f"{url}/graphql", "Bearer good")
    assert [str(each) for each in found if each.status != "ok"] == []
    assert len(found) >= 61

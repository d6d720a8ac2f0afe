import pytest

from jobs.aqua.environments import CUSTOM, ENVIRONMENTS, job_url, tidy_base_url

HOSTS = {
    "us-production": "https://rest.zuora.com",
    "us-api-sandbox": "https://rest.apisandbox.zuora.com",
    "us-performance-test": "https://rest.pt1.zuora.com",
    "us-cloud-production": "https://rest.na.zuora.com",
    "us-cloud-api-sandbox": "https://rest.sandbox.na.zuora.com",
    "us-central-sandbox": "https://rest.test.zuora.com",
    "eu-cloud-production": "https://rest.eu.zuora.com",
    "eu-cloud-api-sandbox": "https://rest.sandbox.eu.zuora.com",
    "eu-central-sandbox": "https://rest.test.eu.zuora.com",
    "apac-production": "https://rest.ap.zuora.com",
    "apac-central-sandbox": "https://rest.test.ap.zuora.com",
    "us-production-legacy": "https://www.zuora.com/apps",
    "us-api-sandbox-legacy": "https://apisandbox.zuora.com/apps",
}


def test_it_knows_every_environment_and_where_it_answers() -> None:
    assert {slug: known.base_url for slug, known in ENVIRONMENTS.items()} == HOSTS
    assert CUSTOM not in ENVIRONMENTS


@pytest.mark.parametrize("slug", [slug for slug in HOSTS if "production" in slug])
def test_it_knows_production(slug: str) -> None:
    assert ENVIRONMENTS[slug].is_production


def test_it_gives_both_names() -> None:
    assert ENVIRONMENTS["eu-cloud-production"].label == "EU Production (formerly EU Cloud Production)"
    assert ENVIRONMENTS["apac-production"].label == "APAC Production"


def test_a_legacy_address_leads_to_the_same_tenant_as_its_rest_address() -> None:
    assert ENVIRONMENTS["us-production-legacy"].rest_base == ENVIRONMENTS["us-production"].rest_base


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://rest.zuora.com", "https://rest.zuora.com/v1/batch-query/jobs/ab-c_1"),
        ("https://www.zuora.com/apps", "https://www.zuora.com/apps/api/batch-query/jobs/ab-c_1"),
    ],
)
def test_it_speaks_the_dialect_of_the_address(base: str, url: str) -> None:
    assert job_url(base, "ab-c_1") == url


def test_an_id_never_reshapes_the_path() -> None:
    assert job_url("https://h", "../x?y#z/%2e") == "https://h/v1/batch-query/jobs/..%2Fx%3Fy%23z%2F%252e"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" HTTPS://Rest.Example.zuora.com/ ", "https://rest.example.zuora.com"),
        ("https://rest.zuora.com:443/v1/", "https://rest.zuora.com"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("https://h.zuora.com/apps/", "https://h.zuora.com/apps"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_one_form_of_a_base_url_is_stored(typed: str, stored: str) -> None:
    assert tidy_base_url(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "rest.zuora.com", "ftp://h", "https://", "https://u:p@h", "https://h?x", "https://h#x"]
)
def test_what_is_no_base_url_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        tidy_base_url(typed)

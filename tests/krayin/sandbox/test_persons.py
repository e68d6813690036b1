"""Rules about persons that surprise, with other names than the recordings'."""

from .asking import PERSONS, Asker, emails, phones


def test_changing_a_person_without_its_owner_takes_the_owner_away() -> None:
    asker = Asker()
    person = asker.add_person(user_id=1)
    assert person["sales_owner"]["id"] == 1
    asker.ask("PUT", f"{PERSONS}/{person['id']}", {"contact_numbers": phones("1")})
    assert "sales_owner" not in asker.get(f"{PERSONS}/{person['id']}")


def test_an_email_in_other_case_makes_a_duplicate_and_in_the_same_case_does_not() -> None:
    asker = Asker()
    asker.add_person("Ida", "1")
    again = {"name": "Ida", "emails": emails("ida@example.net"), "contact_numbers": phones("2")}
    refused = asker.ask("POST", PERSONS, again)
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["emails.0.value"]
    assert asker.ask("POST", PERSONS, again | {"emails": emails("IDA@example.net")}).status_code == 200
    assert len(asker.sandbox.state.persons) == 2


def test_a_phone_without_a_label_is_a_500_that_has_written_the_person() -> None:
    asker = Asker()
    body = {"name": "Olaf", "emails": emails("olaf@example.net"), "contact_numbers": [{"value": "77"}]}
    assert asker.ask("POST", PERSONS, body).status_code == 500
    assert [row["name"] for row in asker.sandbox.state.persons.values()] == ["Olaf"]


def test_emails_as_plain_text_are_a_500_that_has_written_the_person() -> None:
    asker = Asker()
    body = {"name": "Olaf", "emails": "olaf@example.net", "contact_numbers": phones("77")}
    assert asker.ask("POST", PERSONS, body).status_code == 500
    assert len(asker.sandbox.state.persons) == 1


def test_missing_phones_are_a_500_that_has_written_nothing_and_an_empty_one_may_be_repeated() -> None:
    asker = Asker()
    body = {"name": "Olaf", "emails": emails("olaf@example.net")}
    assert asker.ask("POST", PERSONS, body).status_code == 500
    assert asker.sandbox.state.persons == {}
    asker.add_person("Pia", "")
    asker.add_person("Per", "")
    assert len(asker.sandbox.state.persons) == 2


def test_a_person_with_a_lead_cannot_be_deleted_but_its_email_is_free_then() -> None:
    asker = Asker()
    person = asker.add_person("Ida")
    asker.add_lead(person_id=person["id"])
    assert asker.ask("DELETE", f"{PERSONS}/{person['id']}").status_code == 500
    assert asker.get(f"{PERSONS}/{person['id']}")["name"] == "Ida"
    assert asker.add_person("Ida", "2")["id"] != person["id"]


def test_the_same_email_is_found_only_as_it_is_written_and_quoted_only_whole() -> None:
    asker = Asker()
    asker.add_person("Ova", "1")
    asker.add_person("Nova", "2")

    def found(term: str) -> list[str]:
        rows = asker.get(f"{PERSONS}/search?search=emails:{term}&searchFields=emails:like")
        return [row["name"] for row in rows]

    assert found("ova@example.net") == ["Ova", "Nova"]
    assert found("%22ova@example.net%22") == ["Ova"]
    assert found("OVA@example.net") == []
    assert found("%22o_a@example.net%22") == ["Ova"]


def test_an_empty_search_returns_strangers() -> None:
    asker = Asker()
    asker.add_person()
    assert len(asker.get(f"{PERSONS}/search?search=&searchFields=emails:like")) == 1


def test_an_unknown_filter_is_a_500() -> None:
    assert Asker().ask("GET", f"{PERSONS}?email=ida@example.net").status_code == 500


def test_a_search_in_an_unknown_field_or_relation_is_a_500_even_where_there_is_nobody() -> None:
    asker = Asker()
    for field in ("shoe_size", "friends.name"):
        path = f"{PERSONS}/search?search={field}:1&searchFields={field}:like"
        assert asker.ask("GET", path).status_code == 500

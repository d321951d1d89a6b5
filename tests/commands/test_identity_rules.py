"""Whose a WorkSpace is: the rules, their exceptions, and that what is not sure is nobody's."""

import pytest

from commands.config_people import Identity, KnownPerson
from commands.identity_rules import directory_user_of, owner_key, same_user

KELVIN = "\u212a"  # becomes "k" in lower case


def identity(rule: str = "local-part", *people: KnownPerson, domains: tuple[str, ...] = ("example.com",)) -> Identity:
    return Identity(domains=frozenset(domains), directory_user=rule, people=people)


MIKA = KnownPerson(email="mika@example.com", directory_user="mtanaka")


@pytest.mark.parametrize(
    ("rule", "user", "tags", "owner"),
    [
        ("local-part", "mika", {}, "mika@example.com"),
        ("local-part", "MIKA", None, "mika@example.com"),
        ("local-part", "mika@example.com", {}, None),
        ("local-part", "mika ren", {}, None),
        ("local-part", "", {}, None),
        ("local-part", f"mi{KELVIN}a", {}, None),
        ("address", "Mika@Example.com", {}, "mika@example.com"),
        ("address", "mika@other.example", {}, None),
        ("address", "mika", {}, None),
        ("tag:owner", "whoever", {"owner": "Mika@Example.com"}, "mika@example.com"),
        ("tag:owner", "mika", {"Owner": "mika@example.com"}, None),
        ("tag:owner", "mika", {"owner": "mika@other.example"}, None),
        ("tag:owner", "mika", {}, None),
        ("tag:owner", "mika", None, None),
    ],
)
def test_each_rule_says_whose_a_workspace_is(
    rule: str, user: str, tags: dict[str, str] | None, owner: str | None
) -> None:
    assert owner_key(identity(rule), user, tags) == owner


@pytest.mark.parametrize("rule", ["local-part", "address", "tag:owner"])
def test_an_exception_wins_on_both_sides(rule: str) -> None:
    who = identity(rule, MIKA)
    by_rule = {"owner": "mika@example.com"}

    assert owner_key(who, "MTanaka", {"owner": "ren@example.com"}) == "mika@example.com"
    assert owner_key(who, "mika", by_rule) is None, "she has no other name"
    assert owner_key(who, "mika@example.com", by_rule) is None
    assert directory_user_of(who, "mika@example.com") == "mtanaka"


def test_the_name_of_an_exception_is_taken_from_whom_the_rule_would_give_it_to() -> None:
    who = identity("local-part", KnownPerson(email="mika@example.com", directory_user="ren"))

    assert owner_key(who, "ren", {}) == "mika@example.com"


def test_nobody_goes_by_a_name_that_is_somebody_elses() -> None:
    taken = identity("local-part", KnownPerson(email="mika@example.com", directory_user="ren"))
    elsewhere = identity("local-part", KnownPerson(email="ren@other.example", slack="U0OTHER"))

    assert directory_user_of(taken, "ren@example.com") is None
    assert directory_user_of(elsewhere, "ren@other.example") is None, "ren is the one of our own domain"


def test_an_exception_about_accounts_changes_no_user_name() -> None:
    who = identity("local-part", KnownPerson(email="mika@example.com", slack="U0MIKA"))

    assert owner_key(who, "mika", {}) == "mika@example.com"
    assert directory_user_of(who, "mika@example.com") == "mika"


@pytest.mark.parametrize(
    ("rule", "user"), [("local-part", "mika"), ("address", "mika@example.com"), ("tag:owner", None)]
)
def test_a_person_has_a_user_name_where_the_rule_gives_one(rule: str, user: str | None) -> None:
    assert directory_user_of(identity(rule), "mika@example.com") == user


def test_two_names_are_one_only_within_ascii() -> None:
    assert same_user("Mika", "mIKA")
    assert same_user("Müller", "mÜLLER")
    assert not same_user(f"mi{KELVIN}a", "mika")
    assert not same_user("mika", "mika.m")


def test_the_rules_tell_people_of_several_domains_apart() -> None:
    who = identity("address", domains=("example.com", "example.org"))

    assert owner_key(who, "mika@example.org", {}) == "mika@example.org"
    with pytest.raises(ValueError, match="one such name may be two people"):
        identity("local-part", domains=("example.com", "example.org"))

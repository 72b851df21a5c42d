"""Sessions end when they should, a token is nowhere stored, and who guesses is locked out whether the name exists."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from cloudnego.core.vocabulary import Office
from cloudnego.identity.passwords import Passwords, TooManySignIns, WeakPassword, check_strength
from cloudnego.identity.roster import NewMembership, NewPerson
from cloudnego.identity.sessions import Sessions, token_hash
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Account, Organisation, Person
from tests.identity.conftest import D, Now, Town


def test_a_session_says_who_asks_and_what_he_holds(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "bearer")
    who = sessions.who(token)
    assert who is not None
    assert (who.person, who.district, who.door) == (town.founded.person, D, "bearer")
    assert {one.office for one in who.held} == {Office.OPERATOR, Office.DISTRICT_UNION}


def test_a_session_nobody_uses_ends(town: Town, sessions: Sessions, now: Now) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    now.s += 3599
    assert sessions.who(token) is not None
    now.s += 3599
    assert sessions.who(token) is not None, "being used keeps it open"
    now.s += 3600
    assert sessions.who(token) is None


def test_a_session_in_use_ends_all_the_same(town: Town, sessions: Sessions, now: Now) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    for _ in range(28):
        now.s += 3000
        assert sessions.who(token) is not None
    now.s += 3000
    assert sessions.who(token) is None


def test_the_token_is_not_in_the_database(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    with town.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM sign_in")).all()
    assert token_hash(token) in str(rows)
    assert token not in str(rows)


def test_the_session_that_is_replaced_dies(town: Town, sessions: Sessions) -> None:
    old = sessions.open(D, "admin", town.founded.person, "cookie")
    new = sessions.open(D, "admin", town.founded.person, "cookie", replaces=old)
    assert sessions.who(old) is None
    assert sessions.who(new) is not None


def test_signing_out_ends_only_the_own_session(town: Town, sessions: Sessions) -> None:
    one = sessions.open(D, "admin", town.founded.person, "cookie")
    two = sessions.open(D, "admin", town.founded.person, "cookie")
    sessions.close(one)
    sessions.close(one)
    assert sessions.who(one) is None
    assert sessions.who(two) is not None


def test_an_ended_person_is_out_at_once(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    with writing(town.engine) as session:
        session.get_one(Person, town.founded.person).ended_s = 1
    assert sessions.who(token) is None
    assert sessions.account(D, "admin") is None


def test_a_new_password_ends_what_the_old_one_opened(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    with writing(town.engine) as session:
        town.roster(session).set_password(town.founded.person, "y")
    assert sessions.who(token) is None
    account = sessions.account(D, "admin")
    assert account is not None
    assert account.password_hash == "y"


def test_an_ended_membership_is_gone_from_the_next_request(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    who = sessions.who(token)
    assert who is not None
    with writing(town.engine) as session:
        town.roster(session).end_membership(who.held[0].membership)
    after = sessions.who(token)
    assert after is not None
    assert after.held == who.held[1:]


def test_what_is_held_of_an_ended_organisation_is_gone_from_the_next_request(town: Town, sessions: Sessions) -> None:
    token = sessions.open(D, "admin", town.founded.person, "cookie")
    left = []
    for ended in (town.founded.operator, town.founded.district_union):
        with writing(town.engine) as session:
            session.get_one(Organisation, ended).ended_s = 1
        who = sessions.who(token)
        assert who is not None, "the person is there all the same"
        left.append([one.organisation for one in who.held])
    assert left == [[town.founded.district_union], []]


@pytest.mark.parametrize("login", ["admin", "nobody-has-this-name"])
def test_who_guesses_is_locked_out_known_or_not(town: Town, sessions: Sessions, now: Now, login: str) -> None:
    waits = []
    for _ in range(19):
        waits.append(sessions.trying(D, login))
        now.s += waits[-1]
    assert waits == [0, 0, 0, 0, 0, 0, 30, 0, 60, 0, 120, 0, 240, 0, 480, 0, 900, 0, 900]
    assert sessions.trying(D, login) == 0
    now.s += 899
    assert sessions.trying(D, login) == 1, "and while it is locked nothing is counted"


def test_signing_in_forgives_the_failures(town: Town, sessions: Sessions) -> None:
    for _ in range(6):
        sessions.trying(D, "admin")
    assert sessions.trying(D, "admin") == 30
    sessions.open(D, "admin", town.founded.person, "cookie")
    assert sessions.trying(D, "admin") == 0


def test_another_districts_account_of_the_same_name_is_another(town: Town, sessions: Sessions) -> None:
    assert sessions.account("d2", "admin") is None
    with writing(town.engine) as session:
        roster = town.roster(session, "d2")
        roster.add_person(NewPerson(name="另一人", login="admin", password_hash="z"), "other")
    account = sessions.account("d2", "admin")
    assert account is not None
    assert account.person == "other"


def test_a_member_of_nothing_can_sign_in_and_is_nobody(town: Town, sessions: Sessions) -> None:
    with writing(town.engine) as session:
        town.roster(session).add_person(NewPerson(name="路人", login="lone", password_hash="x"), "lone")
    who = sessions.who(sessions.open(D, "lone", "lone", "bearer"))
    assert who is not None
    assert who.held == ()


def test_every_account_says_who_made_it(town: Town) -> None:
    with writing(town.engine) as session:
        assert session.get_one(Account, town.founded.person).created_by == "operator"


def test_memberships_say_which_mandate_they_rest_on(town: Town, sessions: Sessions) -> None:
    with writing(town.engine) as session:
        roster = town.roster(session)
        roster.add_person(NewPerson(name="受托人", login="m", password_hash="x"), "m")
        roster.add_membership(
            NewMembership(person="m", organisation=town.founded.authority, office=Office.AUTHORITY, mandate="文-1")
        )
    who = sessions.who(sessions.open(D, "m", "m", "bearer"))
    assert who is not None
    assert who.held[0].mandate == "文-1"


# --- passwords ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weak", ["", "ninechars", "x" * 257, "chen.weimin", "CHEN.WEIMIN"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(weak, "chen.weimin")


def test_ten_characters_of_any_kind_are_enough() -> None:
    check_strength("十个汉字的密码也可以用", "chen.weimin")


def test_only_the_right_password_matches_and_an_unknown_account_never_does() -> None:
    passwords = Passwords(memory_kib=8, at_once=1)
    encoded = passwords.hash("a long enough one")
    assert encoded.startswith("$argon2id$")
    assert passwords.matches("a long enough one", encoded)
    assert not passwords.matches("a long enough on", encoded)
    assert not passwords.matches("nobody signs in with this", None)
    passwords.close()


async def test_sign_ins_beyond_the_queue_are_told_to_come_back() -> None:
    passwords = Passwords(memory_kib=8, at_once=1, waiting_max=0)
    with pytest.raises(TooManySignIns):
        await passwords.hash_later("a long enough one")
    passwords.close()

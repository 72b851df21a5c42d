"""What a portal may ask: each operation has its scope here, or is never for portals; what has no row is refused.

A scope is granted by the enterprise, for the enterprise. Inside it the ordinary rules judge: a portal sees what its
scopes open of its own enterprise's cases, acts as the enterprise's office does, and what binds stays a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NoReturn

from cloudnego.core.commands import COMMANDS
from cloudnego.core.procedure import PLACES
from cloudnego.core.vocabulary import Seat
from cloudnego.identity.sessions import Who
from cloudnego.web.errors import Problem


class PortalScope(StrEnum):
    """What an enterprise can grant. `table` has no operation of its own: it widens what `cases` shows."""

    CASES = "cases"  # lists, overviews, notices, terms, files of the enterprise's cases
    TABLE = "table"  # and in its own cases all that both sides see
    REGISTER = "register"  # its entry in the register, reference values
    OPEN = "open"  # open a case, enter an old contract
    ACT = "act"  # acts of the enterprise's office that bind nobody, and their papers
    PREPARE = "prepare"  # drafts of acts that bind, for the person who may do them


OWNERS_ALONE: Final = frozenset({PortalScope.TABLE})
"""The table is not the personnel office's to show: these are granted by the legal representative, or the operator."""

_OFFICES: Final = frozenset({Seat.HR, Seat.CHIEF, Seat.LEGAL_REPRESENTATIVE, Seat.REPRESENTATIVE})

_IN_PERSON: Final = frozenset(
    {
        # What is said or done in a room, by whoever sits there.
        "accept_duty", "leave_bench", "check_in", "start_meeting", "adjourn_meeting", "confirm_check_in",
        "add_minutes_note", "object_to_line", "withdraw_line_objection",
        "write_minutes", "sign_minutes", "declare_deadlock", "raise_problem",
        "set_agenda", "open_topic", "close_topic", "give_floor",
        # What is written in a caucus, which no program enters, or who is called into it.
        "draft_topic_sheet", "declare_topics_ready", "record_opinions", "call_instructor", "end_call",
        "send_caucus_message", "open_straw_poll", "cast_straw", "close_straw_poll",
    }
)  # fmt: skip


def _of_command(name: str) -> PortalScope | None:
    kind = COMMANDS[name]
    if kind.opens:
        return PortalScope.OPEN
    seats = PLACES[kind].ask.by
    if name in _IN_PERSON or not seats & _OFFICES or PLACES[kind].ask.side == "worker":
        return None
    return PortalScope.PREPARE if kind.binding else PortalScope.ACT


_QUERIES: Final[dict[str, PortalScope | None]] = {
    "list_cases": PortalScope.CASES,
    "get_case": PortalScope.CASES,
    "get_timeline": PortalScope.CASES,
    "get_draft": PortalScope.CASES,
    "get_clauses": PortalScope.CASES,
    "get_redline": PortalScope.CASES,
    "get_deadlines": PortalScope.CASES,
    "get_next": PortalScope.CASES,
    "live_ticket": PortalScope.CASES,
    "cockpit": None,
    "coverage": None,
    "get_map": None,
    "put_map": None,
    "campaign_board": None,
    "run_campaign": None,
    "get_score": PortalScope.CASES,
    "list_scores": None,
    "get_urges": PortalScope.CASES,
    "get_calendar": PortalScope.CASES,
    "export_cockpit": None,
    "report": None,
    "me": PortalScope.CASES,
    "get_waiting": None,
    "sign_in": None,
    "sign_out": None,
    "list_enterprises": PortalScope.REGISTER,
    "get_enterprise": PortalScope.REGISTER,
    "change_enterprise": PortalScope.REGISTER,
    "add_enterprise": None,
    "list_reference_values": PortalScope.REGISTER,
    "add_reference_value": None,
    "import_enterprises": PortalScope.REGISTER,
    "import_rosters": None,  # no program of the employer's keeps, or reads, who the workers are
    "import_delegates": None,
    "import_reference_values": None,
    "import_contracts": PortalScope.OPEN,
    "import_wage_tables": PortalScope.ACT,
    "list_imports": PortalScope.REGISTER,
    "get_import": PortalScope.REGISTER,
    "get_import_template": PortalScope.REGISTER,
    "list_regions": PortalScope.REGISTER,
    "add_region": None,
    "list_organisations": None,
    "get_organisation": None,
    "enter_organisation": None,
    "change_organisation": None,
    "end_organisation": None,
    "list_instructors": None,
    "add_instructor": None,
    "end_instructor": None,
    "my_sign_ins": None,
    "add_passkey": None,
    "ask_new_passkey": None,
    "ask_passkey": None,
    "begin_app": None,
    "change_password": None,
    "confirm_app": None,
    "end_other_sessions": None,
    "end_session": None,
    "list_passkeys": None,
    "list_sessions": None,
    "pack": None,
    "packs": None,
    "procedure": None,
    "remove_app": None,
    "remove_mail": None,
    "remove_passkey": None,
    "set_mail": None,
    "send_mail_code": None,
    "confirm_mail": None,
    "read_notice_choice": None,
    "notice_counts": None,
    "set_notice_choice": None,
    "read_phone": None,
    "give_phone": None,
    "confirm_phone": None,
    "remove_phone": None,
    "get_file": PortalScope.CASES,
    "lay_file": PortalScope.ACT,  # the papers of the acts this opens
    "list_files": PortalScope.CASES,
    "ask_reset": None,
    "confirm_court_order": None,
    "confirm_reset": None,
    "get_views": None,
    "ask_for_audit_export": None,
    "list_audit_exports": None,
    "list_holds": None,
    "get_retention": None,
    "hold_case": None,
    "lift_hold": None,
    "get_audit_export": None,
    "get_audit_file": None,
    "get_dossier": PortalScope.CASES,
    "get_dossier_file": None,
    "get_coordination": PortalScope.CASES,
    "get_check_in_code": None,
    "get_checkpoints": PortalScope.CASES,
    "cosign": None,
    "read_events": PortalScope.CASES,
    "list_webhooks": PortalScope.CASES,
    "create_webhook": PortalScope.CASES,
    "get_webhook": PortalScope.CASES,
    "change_webhook": PortalScope.CASES,
    "renew_webhook_secret": PortalScope.CASES,
    "ping_webhook": PortalScope.CASES,
    "replay_webhook": PortalScope.CASES,
    "list_deliveries": PortalScope.CASES,
    "remove_webhook": PortalScope.CASES,
    "get_district_log": PortalScope.CASES,
    "get_district_proof": PortalScope.CASES,
    "get_witnessed_log": None,
    "cosign_district": None,
    "get_receipt": PortalScope.CASES,
    "print_receipt": PortalScope.CASES,
    "list_device_keys": None,
    "add_device_key": None,
    "end_device_key": None,
    "my_polls": None,
    "get_poll": None,
    "get_poll_closing": None,
    "get_poll_list": None,
    "get_poll_roll": None,
    "issue_ballot": None,
    "strike_voter": None,
    "remind_voters": None,
    "enter_paper_count": None,
    "list_court_orders": None,
    "list_resets": None,
    "accept_invitation_as_me": None,
    "add_workers": None,
    "end_membership": None,
    "end_worker": None,
    "get_congress": None,
    "confirm_congress_receipt": None,
    "answer_roll_call": None,
    "comment_on_draft": None,
    "hide_comment": None,
    "remind_delegates": None,
    "print_congress_paper": None,
    "list_papers": PortalScope.CASES,
    "make_paper": None,
    "get_paper": PortalScope.CASES,
    "get_paper_text": PortalScope.CASES,
    "get_signing": None,
    "sign_paper": None,
    "get_delegate_roll": None,
    "enter_delegates": None,
    "end_delegate": None,
    "post_delegate_roll": None,
    "freeze_delegate_roll": None,
    "answer_objection": None,
    "read_delegate_posting": None,
    "object_to_delegate": None,
    "get_nominations": None,
    "open_nominations": None,
    "nominate_colleague": None,
    "stand_for_election": None,
    "list_candidate": None,
    "moderate_words": None,
    "get_candidates": None,
    "object_to_election": None,
    "answer_election_objection": None,
    "export_cases": PortalScope.CASES,
    "export_deadlines": PortalScope.CASES,
    "list_calendar_links": PortalScope.CASES,
    "create_calendar_link": PortalScope.CASES,
    "end_calendar_link": PortalScope.CASES,
    "create_link": PortalScope.CASES,
    "export_enterprises": PortalScope.REGISTER,
    "invite": None,
    "list_invitations": None,
    "list_members": None,
    "list_prints": None,
    "list_workers": None,
    "print_slips": None,
    "revoke_invitation": None,
    "accepted_texts": None,
    "accept_text": None,
    "list_outside": None,
    "link_outside": None,
    "unlink_outside": None,
    "step_up": None,
    "send_code": None,
    "read_inbox": None,
    "open_inbox": None,
    "list_letters": None,
    "print_letter": None,
    "revoke_letter": None,
    "sandbox_letter": None,
    "prepare_act": PortalScope.PREPARE,
    "list_prepared": PortalScope.PREPARE,
    "get_prepared": PortalScope.PREPARE,
    "drop_prepared": PortalScope.PREPARE,
    "read_consent": None,
    "approve_consent": None,
    "deny_consent": None,
    "my_portals": None,
    "end_my_portal": None,
    "portal_usage": PortalScope.CASES,
    "list_portal_clients": None,
    "register_portal_client": None,
    "grant_portal_client": None,
    "withdraw_portal_client": None,
    "renew_portal_secret": None,
    "add_portal_key": None,
    "remove_portal_key": None,
    "end_portal_client": None,
    "open_survey": None,
    "list_surveys": None,
    "get_survey": None,
    "my_surveys": None,
    "answer_survey": None,
    "remind_survey": None,
    "close_survey": None,
    "survey_results": None,
    "list_opinions": None,
    "lead_opinion": None,
    "follow_opinion": None,
    "open_sandbox": None,
    "open_practice": None,
    "open_trial": None,
    "list_trials": None,
    "end_trial": None,
    "end_sandbox": None,
    "move_clock": None,
    "add_person": None,
    "add_organisation": None,
    "add_membership": None,
}

SCOPES: Final[Mapping[str, PortalScope | None]] = {name: _of_command(name) for name in COMMANDS} | _QUERIES
"""By operation: the scope it needs; None is never for portals. `tests/web/test_scopes.py` wants a row for each."""


def check_scope(who: Who, operation: str) -> None:
    """Raises `Problem` 403 where a portal asks what is not for portals, or what its enterprise did not grant it."""
    if who.portal is None:
        return
    scope = SCOPES.get(operation)
    if scope is None:
        raise Problem("not_for_portals")
    if scope not in who.portal.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'  # RFC 6750 §3.1
        raise Problem("scope_missing", facts={"scope": scope.value}, headers={"WWW-Authenticate": challenge})


def refuse_binding(public_url: str, case_id: str, command: str) -> NoReturn:
    """What binds is a person's: the portal is told where he does it. Raises `Problem` 403."""
    raise Problem("binding_act", more={"link": f"{public_url}/negotiations/{case_id}/{command.replace('_', '-')}"})

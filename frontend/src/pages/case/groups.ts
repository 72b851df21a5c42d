import type { Step } from '@/api/documents'

/** On which page of a case an act is found. Order and grouping only: whether it may be done, the API says. */
export const GROUPS: Record<string, { step: Step | null; commands: readonly string[] }> = {
  reps: { step: 'representatives', commands: ['record_delegate_roll', 'propose_candidates', 'open_election', 'record_election', 'attest_election', 'appoint_representatives', 'mandate_outsider', 'accept_duty', 'publish_list', 'replace_representative', 'leave_bench', 'delegate_chief', 'report_transfer', 'confirm_electronic_service'] },
  topics: { step: 'topics', commands: ['record_opinions', 'draft_topic_sheet', 'declare_topics_ready', 'send_caucus_message', 'open_straw_poll', 'cast_straw', 'close_straw_poll'] },
  offer: { step: 'offer', commands: ['send_offer', 'serve_paper', 'reply', 'withdraw_offer', 'confirm_electronic_service', 'revoke_electronic_service', 'apply_for_coordination'] },
  materials: { step: 'preparation', commands: ['request_materials', 'deliver_material', 'acknowledge_material', 'decline_material', 'waive_material', 'postpone_meeting'] },
  meeting: { step: 'meeting', commands: ['schedule_meeting', 'send_meeting_notice', 'report_talks', 'name_recorder', 'propose_recorder', 'agree_online_meeting', 'check_in', 'confirm_check_in', 'start_meeting', 'note_chief_absent', 'choose_new_day', 'set_agenda', 'open_topic', 'close_topic', 'give_floor', 'adjourn_meeting', 'add_minutes_note', 'object_to_line', 'withdraw_line_objection', 'write_minutes', 'confirm_minutes', 'sign_minutes', 'declare_deadlock', 'apply_for_coordination', 'suspend', 'resume'] },
  clauses: { step: 'meeting', commands: ['make_proposal', 'make_package', 'accept_in_principle', 'hold_proposal', 'withdraw_proposal', 'take_back_acceptance', 'put_clause', 'confirm_clause', 'drop_clause', 'reopen_clause', 'ask_question', 'answer_question', 'send_message', 'file_amendment_plan', 'confirm_draft', 'sign_draft'] },
  congress: { step: 'congress', commands: ['submit_draft', 'record_acceptance', 'convene_congress', 'adopt_voting_method', 'send_congress_materials', 'open_ballot', 'void_poll', 'record_ballot', 'record_covered_ballot', 'attest_ballot'] },
  filing: { step: 'filing', commands: ['sign_contract', 'refuse_to_sign', 'file_contract', 'receive_filing', 'record_receipt', 'request_supplement', 'supply_papers', 'object_to_contract', 'record_objection', 'give_no_objection', 'confirm_no_objection', 'note_clerical', 'return_to_table'] },
  performance: { step: 'performance', commands: ['publish_contract', 'report_to_upper_union', 'report_performance', 'publish_performance', 'raise_problem', 'answer_problem', 'record_external_case'] },
  dispute: { step: null, commands: ['apply_for_coordination', 'accept_dispute', 'advance_coordination', 'extend_dispute', 'close_dispute'] },
  help: { step: null, commands: ['request_guidance', 'ask_for_instructor', 'assign_instructor', 'refuse_instructor', 'release_instructor', 'call_instructor', 'end_call', 'end_guidance', 'invite_to_table', 'end_invitation'] },
  letters: { step: null, commands: ['answer_opinion', 'urge', 'issue_opinion', 'issue_recommendation'] },
  case: { step: null, commands: ['check_scan', 'contest_fact', 'withdraw_contest', 'withdraw_case', 'take_back_withdrawal', 'consent_to_withdrawal', 'end_talks', 'merge_into_regional', 'cover_enterprise', 'record_reference'] },
}

/** The page a step of the rail opens. */
export const PAGE_OF: Record<Step, string> = {
  representatives: 'reps', topics: 'topics', offer: 'offer', reply: 'offer', preparation: 'materials', meeting: 'meeting',
  congress: 'congress', filing: 'filing', performance: 'performance',
}

/** Acts that lie in one's own side's stream: the other side learns nothing of them. */
export const AMONG_OWN: ReadonlySet<string> = new Set([
  'record_opinions', 'draft_topic_sheet', 'call_instructor', 'end_call', 'send_caucus_message', 'open_straw_poll', 'cast_straw', 'close_straw_poll',
])

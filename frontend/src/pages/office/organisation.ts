import type { components } from '@/api/schema'

export type Organisation = components['schemas']['Body']
export type Holder = components['schemas']['Holder']
export type Invited = components['schemas']['InvitationDocument']

/** Which offices are offered in an invitation to a kind of organisation; the API decides. */
export const OFFICES: Record<string, readonly string[]> = {
  district_union: ['district_union'],
  town_union: ['town_union'],
  enterprise: ['hr', 'legal_representative'],
  enterprise_union: ['union'],
  authority: ['authority'],
  employers_body: ['employers_body'],
  auditor: ['auditor'],
}
export const KINDS = ['enterprise', 'enterprise_union', 'town_union', 'district_union', 'authority', 'employers_body', 'auditor', 'operator'] as const

import type { components } from '@/api/schema'
import type { Me } from '@/api/documents'

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
/** What is entered here: enterprises go into the register, operators are made by who runs the machine. */
export const ENTERED = ['enterprise_union', 'town_union', 'district_union', 'authority', 'employers_body', 'auditor'] as const

export const pageOf = (one: Organisation): string => `/office/${one.kind === 'enterprise' ? 'enterprises' : 'organisations'}/${one.id}`

type Mine = Me['memberships'][number]
const inForce = (me: Me | null): Mine[] => (me?.memberships ?? []).filter((one) => one.in_force)
const OF_FIRMS = ['enterprise', 'enterprise_union']

/** Whether the list of people is asked for: the API answers it to whoever may give the offices there. */
export const givesOffices = (me: Me | null, to: Organisation): boolean =>
  inForce(me).some((one) => one.office === 'district_union' || (one.office === 'town_union' && OF_FIRMS.includes(to.kind)) || (['union', 'hr', 'legal_representative'].includes(one.office) && one.organisation === to.id))

/** Whether a letter and a reset are offered for an office there: as the API has it, for whoever answers for that side, never for oneself. */
export function helps(me: Me | null, to: Organisation, holder: { person: string; office: string }): boolean {
  if (!me || holder.person === me.person) return false
  return inForce(me).some((one) => {
    if (one.office === 'operator') return true
    const union = one.office === 'district_union' || one.office === 'town_union'
    const ofArea = union && to.region.startsWith(one.region)
    if (!OF_FIRMS.includes(to.kind)) return one.organisation === to.id || (to.kind === 'town_union' && ofArea)
    if (['hr', 'legal_representative'].includes(holder.office)) return one.organisation === to.id && ['hr', 'legal_representative'].includes(one.office)
    return ofArea || (one.office === 'union' && one.organisation === to.id)
  })
}

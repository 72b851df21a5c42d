import type { RouteLocationRaw } from 'vue-router'

/** Where the form of an act is; `as` carries the membership one acts as, where one must name it, `poll` the vote that is meant. */
export function actLink(act: { case: string; command: string; acting_as?: string | null; poll?: string }): RouteLocationRaw {
  const query = { ...(act.acting_as ? { as: act.acting_as } : {}), ...(act.poll ? { poll: act.poll } : {}) }
  return { name: 'act', params: { id: act.case, command: act.command.replaceAll('_', '-') }, query }
}

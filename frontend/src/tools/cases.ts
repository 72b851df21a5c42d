import { STEPS, type CaseRow, type Overview, type Step } from '@/api/documents'

export const stepNumber = (step: Step): number => STEPS.indexOf(step) + 1

/** Who the case is with: the enterprise, or the first of those covered. */
export const caseName = (row: CaseRow): string => row.names[row.overview.enterprise] ?? row.overview.enterprise

export const overlaysOf = (one: Overview): string[] => one.overlays.split(/[\s,]+/).filter(Boolean)

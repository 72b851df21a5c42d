import { industryWords } from '@/pages/district/figures'
import zh from '@/texts/ui.zh.json'

/** The divisions of GB/T 4754 that the screens have names for; the register takes longer codes as well. */
export const industries = (): { id: string; name: string }[] => Object.keys(zh.district.industries).sort().map((id) => ({ id, name: industryWords(id) }))

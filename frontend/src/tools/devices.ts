/** What a browser calls itself, said short: `Chrome, Windows`. What is not known stays as it is. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, 'WeChat'], [/DingTalk/, 'DingTalk'], [/Edg(e|A|iOS)?\//, 'Edge'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [[/HarmonyOS/, 'HarmonyOS'], [/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'Mac'], [/Linux/, 'Linux']]
const first = (of: [RegExp, string][], text: string): string | undefined => of.find(([sign]) => sign.test(text))?.[1]

export function deviceWords(agent: string): string {
  const known = agent.startsWith('Mozilla/') ? [first(BROWSERS, agent), first(SYSTEMS, agent)].filter(Boolean) : []
  return known.length ? known.join(', ') : agent
}

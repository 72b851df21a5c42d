/** One whole-day entry for the reader's own calendar (RFC 5545). */
export function calendarText(title: string, day: string, made: Date): string {
  const bare = day.replaceAll('-', '')
  const safe = title.replace(/([\\;,])/g, '\\$1').replace(/\n/g, '\\n')
  const stamp = made.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  return [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//CloudNego//zh', 'BEGIN:VEVENT', `UID:${bare}-${stamp}@cloudnego`,
    `DTSTAMP:${stamp}`, `DTSTART;VALUE=DATE:${bare}`, `SUMMARY:${safe}`, 'BEGIN:VALARM', 'ACTION:DISPLAY',
    `DESCRIPTION:${safe}`, 'TRIGGER:-P1D', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR', '',
  ].join('\r\n')
}

export function calendarFile(title: string, day: string): void {
  save(new Blob([calendarText(title, day, new Date())], { type: 'text/calendar' }), `${day}.ics`)
}

/** Hand bytes to the browser as a file. */
export function save(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

import type { components } from './schema'

export type Said = { zh: string; en: string }
export type Obstacle = components['schemas']['ObstacleDocument']
export type FieldError = components['schemas']['FieldError']
export type Means = components['schemas']['MeansDocument']
export type ProblemDocument = components['schemas']['ProblemDocument']

/** What the server answered when it did not do it, or what became of the network. One type for both. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly document: Partial<ProblemDocument> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(code)
  }

  get detail(): Said | undefined {
    return this.document.detail as Said | undefined
  }

  get obstacles(): Obstacle[] {
    return this.document.obstacles ?? []
  }

  get errors(): FieldError[] {
    return this.document.errors ?? []
  }

  /** Whether the same request with the same key may be sent again without doing anything twice. */
  get mayRetry(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 429
  }
}

/** A network that did not answer: what was written is safe and the request may be repeated. */
export const offline = () => new Problem(0, 'offline')

export async function problemOf(answer: Response): Promise<Problem> {
  const after = Number(answer.headers.get('Retry-After')) || null
  try {
    const document = (await answer.json()) as ProblemDocument
    return new Problem(answer.status, document.code ?? 'defect', document, after)
  } catch {
    return new Problem(answer.status, 'defect', {}, after)
  }
}

import type { FleetPlan } from './fleet-plan.ts'
import type { Session } from './population.ts'
import type { Time } from './virtual-time.ts'

/** Sessions ask for their agents, at random, for `ms`. `visit`: with how many sessions have ended in the place of this one. */
export function traffic(
  { turnEveryMs, sessionMs }: Pick<FleetPlan, 'turnEveryMs' | 'sessionMs'>,
  { time, random }: { readonly time: Time; readonly random: () => number },
  sessions: readonly Session[],
  ms: number,
  visit: (session: Session, ended: number) => void,
): void {
  if (sessions.length === 0) return
  const ended = new Map<Session, number>()
  const end = time.elapsed + ms
  let at = time.elapsed
  const plan = () => {
    at -= (Math.log(1 - random()) * turnEveryMs) / sessions.length
    if (at < end) time.after(at - time.elapsed, ask)
  }
  const ask = () => {
    const session = sessions[Math.floor(random() * sessions.length)]!
    let before = ended.get(session) ?? 0
    if (random() < turnEveryMs / sessionMs) ended.set(session, ++before)
    visit(session, before)
    plan()
  }
  plan()
}

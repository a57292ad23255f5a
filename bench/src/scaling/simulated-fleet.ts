import { logNormal, randomOf } from '../advisor/random.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { ModelledRedis } from './modelled-redis.ts'
import { Population, type Session } from './population.ts'
import { residentPart } from './residency.ts'
import { redisCosts } from './redis-costs.ts'
import type { NodeFigures } from './redis-node.ts'
import { type Ground, type Served, AgentWorker } from './agent-worker.ts'
import { traffic } from './traffic.ts'
import { followTime, VirtualTime } from './virtual-time.ts'

/** One way, within a data centre. */
const networkMs = 0.1
const networkSpread = 0.3
const loadSpread = 0.5
/** At once, while the fleet is being filled. */
const fillAtOnce = 500

/** The library's, by default. */
const idleMs = 900_000

/** Before it begins. */
interface Visit {
  readonly session: Session
  /** Otherwise the worker only knows the config. */
  readonly isLive: boolean
}

/** How a fleet did for some time. */
export interface FleetFigures {
  readonly ms: number
  readonly nodes: readonly NodeFigures[]
  readonly served: readonly Served[]
  /** Begun, each for as many as its agent stands for. */
  readonly loads: number
  readonly mostLoadsAtOnce: number
}

/** The library in many workers at once, on servers and in a time that are modelled. One in a process, whose timers it takes over. */
export class SimulatedFleet {
  readonly plan: FleetPlan
  readonly time: VirtualTime = new VirtualTime()
  readonly redis: ModelledRedis
  readonly workers: AgentWorker[]
  readonly population: Population
  /** Of all agents' configs. */
  version = 1
  readonly random: () => number
  /** For how many agents one of the sample stands. */
  readonly #agentWeight: number
  /** And for how many requests one of its requests. */
  readonly requestWeight: number
  readonly #ground: Ground
  #served: Served[] = []
  #loads = 0
  #loading = 0
  #mostLoading = 0
  #free = true
  #since = 0

  constructor(plan: FleetPlan) {
    this.plan = plan
    this.random = randomOf(plan.seed)
    followTime(this.time, this.random)
    const { workers, simulated, part, wholeAgents, shards, agents } = plan
    const crowd = wholeAgents ? workers / simulated : 1
    this.population = new Population({ workers: simulated, sessions: plan.sessions * crowd, agents, part })
    this.#agentWeight = agents / this.population.agents
    this.requestWeight = this.#agentWeight * (wholeAgents ? 1 : workers / simulated)
    this.redis = new ModelledRedis({
      time: this.time,
      costs: redisCosts,
      delay: () => (this.#free ? 0 : logNormal(networkMs, networkSpread, this.random)),
      shards,
    })
    this.#setSlowness(0)
    this.#ground = {
      plan: { ...plan, maxAgents: Math.ceil(plan.maxAgents * part * crowd) },
      time: this.time,
      store: () => this.redis.store({ workers: workers / simulated, agents: this.#agentWeight, requests: this.requestWeight }),
      random: this.random,
      load: (agent) => this.#load(agent),
      onServed: (served) => void this.#served.push(served),
    }
    this.workers = Array.from({ length: simulated }, () => this.newWorker())
  }

  newWorker(plan: Partial<FleetPlan> = {}): AgentWorker {
    return new AgentWorker({ ...this.#ground, plan: { ...this.#ground.plan, ...plan } })
  }

  #setSlowness(slowness: number): void {
    for (const node of this.redis.nodes) node.slowness = slowness
  }

  async #load(agent: string) {
    const weight = this.#agentWeight
    this.#loads += weight
    this.#loading += weight
    this.#mostLoading = Math.max(this.#mostLoading, this.#loading)
    const { version } = this
    if (!this.#free) await this.time.delay(logNormal(this.plan.loadMs, loadSpread, this.random))
    this.#loading -= weight
    return { agent, version }
  }

  /** All workers have what they have when they have been up for long; it took no time. Then they run for two seconds. */
  async fill(): Promise<void> {
    const { sticky, simulated, sharedAgents, turnEveryMs } = this.plan
    const { sessions, agents, sessionsOf } = this.population
    const visits: Visit[] = []
    if (sticky && !sharedAgents) {
      for (const session of sessions) visits.push({ session, isLive: this.#isResident(turnEveryMs) })
    } else {
      // Any worker has seen any agent.
      for (let agent = 0; agent < agents; agent++) {
        const everyMs = (turnEveryMs * simulated) / Math.max(1, sessionsOf[agent]!)
        for (let worker = 0; worker < simulated; worker++)
          visits.push({ session: { number: -1 - agent, agent, worker }, isLive: this.#isResident(everyMs) })
      }
    }
    await this.#visit(visits)
  }

  #isResident(everyMs: number): boolean {
    return this.random() < residentPart(everyMs, idleMs, this.plan.configTtlMs)
  }

  /** Each worker has had one request, and the store has all configs; otherwise memory is empty. */
  async fillStore(): Promise<void> {
    const { workers } = this
    const { agents } = this.population
    const visits = Array.from({ length: Math.max(agents, workers.length) }, (_, at): Visit => ({
      session: { number: -1 - at, agent: at % agents, worker: at % workers.length },
      isLive: true,
    }))
    await this.#visit(visits)
  }

  /** A config that is known, of an agent that is not there, is that of another agent that nobody asks for. */
  async #visit(visits: readonly Visit[]): Promise<void> {
    await this.#wake()
    for (let from = 0; from < visits.length; from += fillAtOnce) {
      for (const { session, isLive } of visits.slice(from, from + fillAtOnce))
        void this.workers[session.worker]!.request(session, 0, !isLive)
      await this.time.run(1)
    }
    await this.time.run(2_000)
    await this.begin()
  }

  /** Workers that began at one time would send their heartbeats at one time. */
  async #wake(): Promise<void> {
    const { time, workers } = this
    const within = this.plan.maxStalenessMs / 2
    for (const [at, worker] of workers.entries())
      time.after((within * at) / workers.length, () => void worker.request({ number: -1, agent: 0, worker: at }, 0))
    await time.run(within)
  }

  /** From now on everything takes its time. */
  async begin(): Promise<void> {
    this.#free = false
    this.#setSlowness(1)
    await this.time.run(2_000)
    this.figures()
  }

  /** Of all since the last call. */
  figures(): FleetFigures {
    const figures = {
      ms: this.time.elapsed - this.#since,
      nodes: this.redis.nodes.map((node) => node.figures()),
      served: this.#served,
      loads: this.#loads,
      mostLoadsAtOnce: this.#mostLoading,
    }
    this.#since = this.time.elapsed
    this.#served = []
    this.#loads = 0
    this.#mostLoading = this.#loading
    return figures
  }

  /** Sessions ask for their agents for `ms`. */
  traffic(ms: number): void {
    const { sticky } = this.plan
    traffic(this.plan, this, this.population.sessions, ms, (session, ended) => {
      const worker = sticky ? session.worker : Math.floor(this.random() * this.workers.length)
      void this.workers[worker]!.request(session, ended)
    })
  }
}

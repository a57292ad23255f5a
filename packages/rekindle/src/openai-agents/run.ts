import { Runner, RunState, type run as runOfSdk } from '@openai/agents'
import type { AgentInputItem, NonStreamRunOptions, RunResult, StreamedRunResult, StreamRunOptions } from '@openai/agents'
import type { OpenAiAgent } from './openai-agent.ts'

/** Whatever the SDK runs. */
type AnyAgent = Parameters<typeof runOfSdk>[0]

/** What a run begins with: a text, the conversation so far, or where an earlier run was interrupted. */
export type RunInput<RunAgent extends AnyAgent = OpenAiAgent, Context = undefined> =
  | string
  | AgentInputItem[]
  | RunState<Context, RunAgent>

interface WithRunner {
  /** The application's own, with its guardrails, hooks and tracing. Default: one for the whole process, which traces nothing. */
  readonly runner?: Runner
}

/** The SDK's own options, and `runner`. `maxTurns` here wins over the config's `maxSteps`; `null` is no limit. */
export type RunOptions<RunAgent extends AnyAgent = OpenAiAgent, Context = undefined> = WithRunner &
  NonStreamRunOptions<Context, RunAgent>

/** {@link RunOptions} of a run that is watched as it goes: `{ stream: true }`. */
export type StreamOptions<RunAgent extends AnyAgent = OpenAiAgent, Context = undefined> = WithRunner &
  StreamRunOptions<Context, RunAgent>

const stepLimits = new WeakMap<AnyAgent, number>()

/** Has {@link run} end the agent's runs after `maxSteps` model calls. */
export function limitSteps(agent: AnyAgent, maxSteps: number): void {
  stepLimits.set(agent, maxSteps)
}

let quietRunner: Runner | undefined

/**
 * Runs an agent like the SDK's function of this name, and within the `maxSteps` of its config: beyond them it rejects with the
 * SDK's `MaxTurnsExceededError`. The SDK keeps this limit with the run, not with the agent, so its own `run` does not know it;
 * nor does a `clone()` of the agent have one.
 *
 * Nothing is traced, unless `runner` does. The SDK's own `run` sends what is said to OpenAI wherever it finds an
 * `OPENAI_API_KEY`, whoever answers.
 */
export function run<RunAgent extends AnyAgent, Context = undefined>(
  agent: RunAgent,
  input: RunInput<RunAgent, Context>,
  options?: RunOptions<RunAgent, Context>,
): Promise<RunResult<Context, RunAgent>>
export function run<RunAgent extends AnyAgent, Context = undefined>(
  agent: RunAgent,
  input: RunInput<RunAgent, Context>,
  options: StreamOptions<RunAgent, Context>,
): Promise<StreamedRunResult<Context, RunAgent>>
export async function run<RunAgent extends AnyAgent, Context = undefined>(
  agent: RunAgent,
  input: RunInput<RunAgent, Context>,
  options: RunOptions<RunAgent, Context> | StreamOptions<RunAgent, Context> = {},
): Promise<RunResult<Context, RunAgent> | StreamedRunResult<Context, RunAgent>> {
  const { runner = (quietRunner ??= new Runner({ tracingDisabled: true })), ...given } = options
  // A run that goes on keeps the limit it began with.
  const maxTurns = input instanceof RunState ? undefined : stepLimits.get(agent)
  const limited = maxTurns === undefined || given.maxTurns !== undefined ? given : { ...given, maxTurns }
  return limited.stream === true ? runner.run(agent, input, limited) : runner.run(agent, input, limited)
}

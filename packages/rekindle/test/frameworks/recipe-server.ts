import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../../../..')
const servers = join(root, 'examples/servers')

/** What replies may take when a server is told to stop. */
export const drainMs = 1_000

/** An example of `examples/servers`, in a process of its own, as its first lines say to run it. */
export class RecipeServer implements AsyncDisposable {
  readonly address: string
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #exited: Promise<unknown[]>

  private constructor(address: string, child: ChildProcess, folder: string, exited: Promise<unknown[]>) {
    this.address = address
    this.#process = child
    this.#folder = folder
    this.#exited = exited
  }

  static async start(name: string, modelURL: string): Promise<RecipeServer> {
    const folder = mkdtempSync(join(tmpdir(), 'rekindle-recipe-'))
    const child = spawn(process.execPath, [programOf(name)], {
      cwd: folder,
      env: { ...process.env, OPENAI_BASE_URL: modelURL, OPENAI_API_KEY: 'none', PORT: '0', DRAIN_MS: String(drainMs) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exited = once(child, 'exit')
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /^listening on (\S+)$/.exec(line)?.[1]
      if (address !== undefined) return new RecipeServer(address, child, folder, exited)
    }
    throw new Error(`examples/servers/${name} did not start.\n${errors}`)
  }

  /** Sends SIGTERM. Resolves to what it ended with and how long that took. */
  async stop(): Promise<{ readonly code: unknown; readonly signal: unknown; readonly ms: number }> {
    const began = performance.now()
    this.#process.kill('SIGTERM')
    const [code, signal] = await this.#exited
    return { code, signal, ms: performance.now() - began }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) this.#process.kill('SIGKILL')
    await this.#exited
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function programOf(name: string): string {
  if (name === 'nextjs') return join(import.meta.dirname, 'route-server.ts')
  return name === 'nestjs' ? compiled(name) : join(servers, `${name}.ts`)
}

/** Decorators are no types to be stripped. Lies where modules are found. */
function compiled(name: string): string {
  const folder = join(root, 'node_modules/.cache/recipes')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const decorators = ['--experimentalDecorators', '--rewriteRelativeImportExtensions', '--target', 'esnext']
  const options = ['--ignoreConfig', '--noCheck', '--module', 'nodenext', '--outDir', folder, ...decorators]
  execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, join(servers, `${name}.ts`)])
  return join(folder, `${name}.js`)
}

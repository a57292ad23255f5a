import { mcpServers } from '../../src/mcp/index.ts'
import { answerOf, hold, localServer } from './mcp-world.ts'

/** A worker that has called a server, and says which process that is. Then it is killed, or ends because nothing is left to do. */
const [tool = 'where'] = process.argv.slice(2)
const mcp = mcpServers({ localServers: () => true })
const { command, args } = localServer('stubborn')
// Behind a script that does not pass its own end on; but for one that closes its output, which the script would keep open.
const started = tool === 'mute' ? { command, args } : { command: 'sh', args: ['-c', '"$@"; exit', 'sh', command, ...args] }
const server = { ...started, tools: [{ name: tool, inputSchema: {} }] }
const agent = await hold(mcp, server)
const { pid } = answerOf(await agent.call(tool))
// Until it is noticed that there will be no more answers, and the server is being ended.
if (tool === 'mute') await agent.call(tool).catch(() => {})
process.once('message', () => process.disconnect())
process.send!(pid)

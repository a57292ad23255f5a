import { mcpServers } from '../../src/mcp/index.ts'
import { answerOf, hold, localServer } from './mcp-world.ts'

/** A worker that has called a server, and says which process that is. Then it is killed, or ends because nothing is left to do. */
const [tool = 'where'] = process.argv.slice(2)
const mcp = mcpServers({ localServers: () => true })
const { command, args } = localServer('stubborn')
// Behind a script that does not pass its own end on.
const server = { command: 'sh', args: ['-c', '"$@"; exit', 'sh', command, ...args], tools: [{ name: tool, inputSchema: {} }] }
const agent = await hold(mcp, server)
const { pid } = answerOf(await agent.call(tool))
process.once('message', () => process.disconnect())
process.send!(pid)

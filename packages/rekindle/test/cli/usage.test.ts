import { describe, expect, test } from 'vitest'
import { rekindle, start } from './cli.ts'

const nowhere = ['--redis', 'redis://127.0.0.1:1', '--namespace', 'n']

describe('what makes no sense', () => {
  test.each<[args: string[], says: RegExp]>([
    [['doctr'], /no command 'doctr'. Did you mean doctor\?/],
    [['zzz'], /There are doctor, stats, inspect, invalidate, record, advise\./],
    [['--redis', 'redis://x', 'doctor'], /First the command, then its options/],
    [['doctor', '--nmespace', 'x'], /no option --nmespace\. Did you mean --namespace\?/],
    [['doctor', '--namespace'], /argument missing/],
    [['doctor', 'extra', ...nowhere], /'extra' was not expected/],
    [['doctor'], /--redis URL or --sqlite FILE/],
    [['stats', '--redis', 'redis://a', '--sqlite', 'b'], /two stores/],
    [['stats', '--interval', 'soon', ...nowhere], /--interval takes a time such as 500ms/],
    [['stats', '--interval', '10ms', ...nowhere], /at least 200ms/],
    [['inspect', ...nowhere], /Say which key/],
    [['inspect', 'agentId=1', ...nowhere], /lacks userId and sessionId and reasoning/],
    [['inspect', 'agent=1', ...nowhere], /'agent' is no field of an agent key/],
    [['inspect', '{"agentId":1}', ...nowhere], /agentId must be a string/],
    [['inspect', 'agentId=1', '--live-scope', 'agent', ...nowhere], /--live-scope takes some of/],
    [['invalidate', ...nowhere], /Say what/],
    [['invalidate', '--all', ...nowhere], /--yes where nobody can be asked/],
    [['invalidate', 'agentId=1', '--all', '--yes', ...nowhere], /--all is everything/],
    [['record', '--json', ...nowhere], /--json needs --out/],
    [['advise', '--ttl', '1h', ...nowhere], /--ttl goes with a file/],
    [['advise', 'no-such-file.csv'], /There is no file no-such-file\.csv/],
    [['advise', 'x.csv', '--target', '2'], /--target takes a number from 0 to 1/],
    [['advise', 'x.csv', '--ttl', '60'], /--ttl takes a time/],
  ])('%j ends with 2, and says what would', async (args, says) => {
    const { code, stdout, stderr } = await rekindle(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(says)
  })

  test('as a process of its own it ends the same way', async () => {
    const { code, stdout, stderr } = await start(['doctr']).ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/Did you mean doctor/)
  })
})

describe('--help', () => {
  test('lists the commands; without any the list comes with 2', async () => {
    const asked = await rekindle(['--help'])
    expect(asked.code).toBe(0)
    for (const name of ['doctor', 'stats', 'inspect KEY', 'invalidate TARGET', 'record', 'advise'])
      expect(asked.stdout).toContain(name)
    expect(await rekindle([])).toEqual({ ...asked, code: 2 })
  })

  test.each(['doctor', 'stats', 'inspect', 'invalidate', 'record', 'advise'])(
    'of %s names its options, and wins',
    async (name) => {
      const { code, stdout } = await rekindle([name, '--help'])
      expect(code).toBe(0)
      for (const option of ['--redis URL', '--sqlite FILE', '--namespace NAME', '--json', 'REKINDLE_REDIS'])
        expect(stdout).toContain(option)
      expect(await rekindle(['help', name])).toEqual({ code, stdout, stderr: '' })
    },
  )

  test('--version is that of the package', async () => {
    expect(await rekindle(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('a password', () => {
  test.each(['redis://user:geheim77@127.0.0.1:1', 'redis://user:gehe%69m77@127.0.0.1:1', 'redis:user:geheim77@x', 'geheim77'])(
    'is not shown, whatever is wrong: %s',
    async (url) => {
      for (const command of ['doctor', 'stats']) {
        const { code, stdout, stderr } = await rekindle([command], { env: { REKINDLE_REDIS: url, REKINDLE_NAMESPACE: 'n' } })
        expect(code).toBeGreaterThan(1)
        expect(stdout + stderr).not.toMatch(/geheim77|gehe%69m77/)
      }
    },
  )

  test.each([
    ['doctor', 'redis://user:geheim77@localhost:6379'],
    ['rediss://user:geheim77@localhost', 'doctor'],
    ['advise', 'redis://user:geheim77@localhost'],
    ['help', 'redis://user:geheim77@localhost'],
  ])('is not shown either where no address was expected: %s %s', async (...args) => {
    const { code, stdout, stderr } = await rekindle(args, {
      env: { REKINDLE_REDIS: 'redis://127.0.0.1:1', REKINDLE_NAMESPACE: 'n' },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('://…@localhost')
    expect(stdout + stderr).not.toContain('geheim77')
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { containerMemory } from './container-memory.ts'
import { testFolder } from '../../../test/test-folder.ts'

const folder = testFolder('cgroups')

/** A `proc` and a `sys` of these files. */
function machine(files: Record<string, string>): string {
  const root = mkdtempSync(join(folder, 'root-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), `${content}\n`)
  }
  return root
}

const version2 = (path: string, limit: string, used: string, inactive: string = '0') => ({
  [`sys/fs/cgroup${path}/memory.max`]: limit,
  [`sys/fs/cgroup${path}/memory.current`]: used,
  [`sys/fs/cgroup${path}/memory.stat`]: `anon 1\nfile 2\ninactive_anon 9\ninactive_file ${inactive}\nactive_file 5`,
})
const version1 = (path: string, limit: string, used: string, inactive: string = '0') => ({
  [`sys/fs/cgroup/memory${path}/memory.limit_in_bytes`]: limit,
  [`sys/fs/cgroup/memory${path}/memory.usage_in_bytes`]: used,
  [`sys/fs/cgroup/memory${path}/memory.stat`]: `cache 1\ninactive_file 7\ntotal_inactive_file ${inactive}\ntotal_active_file 5`,
})
const unlimited1 = '9223372036854771712'

describe('what a container may use is read', () => {
  test('from cgroups of version 2, less the file pages that the kernel can drop', () => {
    const root = machine({ 'proc/self/cgroup': '0::/', ...version2('', '1000', '900', '300') })
    expect(containerMemory(root)()).toEqual({ usedBytes: 600, limitBytes: 1000 })
  })

  test('from cgroups of version 1, those of the groups below included', () => {
    const lines = '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/'
    // As in a container without a namespace: it is told a path of its host.
    const root = machine({ 'proc/self/cgroup': lines, ...version1('', '1000', '900', '300') })
    expect(containerMemory(root)()).toEqual({ usedBytes: 600, limitBytes: 1000 })
  })

  test('from the group that is nearest to its limit: the parents’ limits hold, too', () => {
    const files = {
      'proc/self/cgroup': '0::/system.slice/agents.service',
      ...version2('/system.slice', '1000', '900'),
      ...version2('/system.slice/agents.service', '500', '300'),
    }
    expect(containerMemory(machine(files))()).toEqual({ usedBytes: 900, limitBytes: 1000 })
    const own = { ...files, ...version2('/system.slice/agents.service', '500', '499') }
    expect(containerMemory(machine(own))()).toEqual({ usedBytes: 499, limitBytes: 500 })
    const onlyItsOwn = { ...files, ...version2('/system.slice', 'max', '900') }
    expect(containerMemory(machine(onlyItsOwn))()).toEqual({ usedBytes: 300, limitBytes: 500 })
    const noneOfItsOwn = { ...files, ...version2('/system.slice/agents.service', 'max', '300') }
    expect(containerMemory(machine(noneOfItsOwn))()).toEqual({ usedBytes: 900, limitBytes: 1000 })
  })

  test('without file pages where nothing says how many there are', () => {
    const { 'sys/fs/cgroup/memory.stat': _, ...files } = version2('', '1000', '900')
    expect(containerMemory(machine({ 'proc/self/cgroup': '0::/', ...files }))()).toEqual({ usedBytes: 900, limitBytes: 1000 })
    const other = { ...files, 'sys/fs/cgroup/memory.stat': 'anon 1' }
    expect(containerMemory(machine({ 'proc/self/cgroup': '0::/', ...other }))()).toEqual({ usedBytes: 900, limitBytes: 1000 })
  })

  test('of the group of a hierarchy whose number has several digits', () => {
    const root = machine({ 'proc/self/cgroup': '12:memory:/a', ...version1('/a', '1000', '900') })
    expect(containerMemory(root)()).toEqual({ usedBytes: 900, limitBytes: 1000 })
  })

  test('anew each time: both use and limit may change', () => {
    const root = machine({ 'proc/self/cgroup': '0::/', ...version2('', 'max', '900') })
    const read = containerMemory(root)
    expect(read()).toBeUndefined()
    writeFileSync(join(root, 'sys/fs/cgroup/memory.max'), '2000\n')
    writeFileSync(join(root, 'sys/fs/cgroup/memory.current'), '1000\n')
    expect(read()).toEqual({ usedBytes: 1000, limitBytes: 2000 })
    rmSync(join(root, 'sys'), { recursive: true })
    expect(read()).toBeUndefined()
  })
})

describe('there is nothing to read, and no error', () => {
  test.each([
    ['without cgroups', {}],
    ['without a limit in version 2', { 'proc/self/cgroup': '0::/', ...version2('', 'max', '900') }],
    ['without a limit in version 1', { 'proc/self/cgroup': '4:memory:/', ...version1('', unlimited1, '900') }],
    ['when memory is not controlled', { 'proc/self/cgroup': '3:cpu:/\n0::/', 'sys/fs/cgroup/cgroup.controllers': 'cpu' }],
    ['when the files say something else', { 'proc/self/cgroup': '0::/', ...version2('', 'lots', 'some') }],
    ['when use cannot be told', { 'proc/self/cgroup': '0::/', ...version2('', '1000', 'some') }],
    ['when a line of the file of groups is no such line', { 'proc/self/cgroup': 'x0::/', ...version2('', '1000', '900') }],
    ['when the limit is 0', { 'proc/self/cgroup': '0::/', ...version2('', '0', '900') }],
    ['when the file of groups says something else', { 'proc/self/cgroup': 'memory', ...version2('', '1000', '900') }],
  ])('%s', (_, files) => {
    expect(containerMemory(machine(files))()).toBeUndefined()
  })

  test('outside of where the groups are, though a path leads there', () => {
    const root = machine({
      'proc/self/cgroup': '0::/../../elsewhere',
      ...version2('', '1000', '400'),
      'sys/elsewhere/memory.max': '10',
      'sys/elsewhere/memory.current': '9',
    })
    expect(containerMemory(root)()).toEqual({ usedBytes: 400, limitBytes: 1000 })
  })
})

import assert from 'node:assert/strict'
import { contract, type ContractCase, type Listening, listenTo, nothing, undisturbed, until } from './contract-case.ts'

/** What is promised of messages from one worker to another. Part of the contract of stores. */
export const mailContract: readonly ContractCase[] = [
  contract('mail reaches the worker it is for, and no other', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    const [heardOne, heardTwo] = [listenTo(one, 'one'), listenTo(two, 'two')]
    await until(() => heardOne.listening > 0 && heardTwo.listening > 0)
    const texts = ['first', JSON.stringify({ text: '🙂 \ud800 "' }), '']
    const disturbed = await undisturbed([heardOne, heardTwo], async () => {
      for (const text of texts) await one.send('two', text)
      await two.send('one', 'back')
      return () => texts.every((text) => heardTwo.mail.includes(text)) && heardOne.mail.includes('back')
    })
    const heard = ({ mail }: Listening) => (disturbed ? [...new Set(mail)].sort() : mail)
    assert.deepEqual(heard(heardTwo), disturbed ? texts.toSorted() : texts)
    assert.deepEqual(heard(heardOne), ['back'])
    await one.send('nobody', 'lost')
  }),
  contract('who has stopped listening hears nothing more', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    const [stopped, other] = [listenTo(two, 'two'), listenTo(one, 'one')]
    await until(() => stopped.listening > 0 && other.listening > 0)
    stopped.stop()
    await one.send('two', 'too late')
    const { clock } = await one.invalidate(['a'], nothing)
    await two.send('one', 'last')
    await until(() => other.mail.length === 1)
    assert.deepEqual(stopped.mail, [])
    assert.equal(
      stopped.clocks.find((heard) => heard.clock.clock === clock.clock),
      undefined,
    )
  }),
]

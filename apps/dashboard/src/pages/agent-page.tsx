import { useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { DeleteDialog } from '../agents/delete-dialog.tsx'
import { Editor } from '../agents/editor.tsx'
import { Versions } from '../agents/versions.tsx'
import { type Agent, getAgent } from '../api/agents.ts'
import { type Catalogue, getCatalogue } from '../api/catalogue.ts'
import { Pill } from '../parts/pill.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { type Loaded, useLoaded } from '../state/loaded.ts'

/** One agent: what it is, what it was, and where to see it at work. */
export function AgentPage() {
  const { params, query } = useRoute()
  const id = params['id'] ?? ''
  const loaded = useLoaded(id, () => getAgent(id))
  const catalogue = useLoaded('catalogue', getCatalogue)
  const tab = query['tab'] === 'versions' ? 'versions' : 'edit'
  return (
    <main class="page" id="content" tabIndex={-1}>
      {loaded.state === 'loading' && <Loading what="the agent" heights={[3.5, 2.25, 26]} />}
      {loaded.state === 'failed' && <Failed what="This agent" error={loaded.error} retry={loaded.reload} />}
      {loaded.state === 'ready' && (
        <Found key={id} agent={loaded.value} changed={loaded.replace} catalogue={catalogue} tab={tab} />
      )}
    </main>
  )
}

type Tab = 'edit' | 'versions'

interface FoundProps {
  readonly agent: Agent
  readonly changed: (agent: Agent) => void
  readonly catalogue: Loaded<Catalogue>
  readonly tab: Tab
}

function Found({ agent, changed, catalogue, tab }: FoundProps) {
  const { route } = useLocation()
  const [isDeleting, setDeleting] = useState(false)
  const identity = lastIdentity.value
  const isEditable = identity?.role === 'admin' || agent.ownerId === identity?.userId
  return (
    <>
      <Head agent={agent} remove={isEditable ? () => setDeleting(true) : undefined} />
      <Tabs agentId={agent.id} current={tab} isEditable={isEditable} />
      {catalogue.state === 'failed' && (
        <Failed what="Models, tools and MCP servers" error={catalogue.error} retry={catalogue.reload} />
      )}
      <div hidden={tab !== 'edit'}>
        {catalogue.state === 'ready' && (
          <Editor saved={agent} catalogue={catalogue.value} isEditable={isEditable} changed={changed} />
        )}
        {catalogue.state === 'loading' && <Loading what="what it can be given" heights={[24]} />}
      </div>
      {tab === 'versions' && <Versions agent={agent} isEditable={isEditable} changed={changed} />}
      {isDeleting && <DeleteDialog agent={agent} close={() => setDeleting(false)} deleted={() => route('/agents')} />}
    </>
  )
}

interface HeadProps {
  readonly agent: Agent
  /** Absent: it is not for this visitor to delete. */
  readonly remove: (() => void) | undefined
}

function Head({ agent: { id, name, version, ownerId }, remove }: HeadProps) {
  return (
    <div class="page-head">
      <div>
        <div class="small">
          <a href="/agents">Agents</a>
        </div>
        <div class="row">
          <h1>{name}</h1>
          <Pill>v{version}</Pill>
          <Pill>{ownerId === null ? 'shared' : `only ${ownerId}`}</Pill>
        </div>
      </div>
      <div class="end">
        <a class="button" href={`/chat?agent=${encodeURIComponent(id)}`}>
          Chat
        </a>
        <a class="button" href={`/explain?agent=${encodeURIComponent(id)}`}>
          Explain
        </a>
        {remove && (
          <button class="button danger" type="button" onClick={remove}>
            Delete
          </button>
        )}
      </div>
    </div>
  )
}

interface TabsProps {
  readonly agentId: string
  readonly current: Tab
  readonly isEditable: boolean
}

function Tabs({ agentId, current, isEditable }: TabsProps) {
  const place = `/agents/${encodeURIComponent(agentId)}`
  const mark = (tab: Tab) => tab === current && { 'aria-current': 'page' as const }
  return (
    <nav class="tabs" aria-label="Of this agent">
      <a href={place} {...mark('edit')}>
        {isEditable ? 'Edit' : 'What it is'}
      </a>
      <a href={`${place}?tab=versions`} {...mark('versions')}>
        Versions
      </a>
    </nav>
  )
}

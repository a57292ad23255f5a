import type { ComponentChildren } from 'preact'
import type { Tier } from '../fleet/about.ts'

export const tierLabels: Readonly<Record<Tier, string>> = { memory: 'Memory', config: 'Config', build: 'Build' }

export function TierPill({ tier }: { readonly tier: Tier }) {
  return (
    <span class={`pill ${tier}`}>
      <span class="dot" />
      {tierLabels[tier]}
    </span>
  )
}

export function Pill({ tone = '', children }: { tone?: 'good' | 'warn' | 'bad' | ''; children: ComponentChildren }) {
  return <span class={`pill ${tone}`}>{children}</span>
}

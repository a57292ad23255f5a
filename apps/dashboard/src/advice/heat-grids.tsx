import type { Advice } from 'rekindle/advisor'
import { useState } from 'preact/hooks'
import { BareSelect } from '../parts/field.tsx'
import { type GridKindName, gridKindNames, gridKinds } from './grid-kinds.ts'
import { HeatGrid } from './heat-grid.tsx'
import { type RateName, rateLabels, rateNames } from './rates.ts'

/** What each pair of a time and a size would give. */
export function HeatGrids({ advice }: { readonly advice: Advice }) {
  const [kind, chooseKind] = useState<GridKindName>('ttlBySize')
  const [rate, chooseRate] = useState<RateName>('memoryHitRate')
  return (
    <section class="card stack">
      <div class="card-head tight">
        <h2>Both at once</h2>
        <span class="muted small">the stronger the colour, the fewer are missed</span>
        <span class="end choices">
          <BareSelect
            label="Rate"
            value={rate}
            set={(value) => chooseRate(rateNames.find((name) => name === value) ?? rate)}
            options={rateNames.map((name) => [name, rateLabels[name]])}
          />
          <BareSelect
            label="What is changed"
            value={kind}
            set={(value) => chooseKind(gridKindNames.find((name) => name === value) ?? kind)}
            options={gridKindNames.map((name) => [name, gridKinds[name].label])}
          />
        </span>
      </div>
      <HeatGrid key={kind} kind={kind} rate={rate} advice={advice} />
    </section>
  )
}

import { type ByTier, tiers } from '../fleet/about.ts'
import { countText, shareText } from '../state/words.ts'
import { tierLabels } from './pill.tsx'

/** How a number of requests is spread over the tiers. */
export function TierMeter({ served }: { readonly served: ByTier<number> }) {
  const all = tiers.reduce((sum, tier) => sum + served[tier], 0)
  const words = tiers.map((tier) => `${tierLabels[tier]} ${countText(served[tier])} (${shareText(served[tier], all)})`).join(', ')
  return (
    <div class="meter" role="img" aria-label={words} title={words}>
      {all > 0 &&
        tiers
          .filter((tier) => served[tier] > 0)
          .map((tier) => <span class={tier} style={{ width: `${(served[tier] / all) * 100}%` }} />)}
    </div>
  )
}

/** A part of a whole, which is said beside it. */
export function Meter({ part, tier = '' }: { readonly part: number; readonly tier?: string }) {
  return (
    <div class="meter" aria-hidden="true">
      <span class={tier} style={{ width: `${Math.max(0, Math.min(1, part)) * 100}%` }} />
    </div>
  )
}

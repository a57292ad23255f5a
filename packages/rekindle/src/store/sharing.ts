import { sharingVersion, type StoreConnection } from '../config/config-store.ts'
import { ConfigInspection } from '../config/config-inspection.ts'
import { StoredConfigs, type StoredConfigsOptions, type StoredConfigsParts } from '../config/stored-configs.ts'
import type { Commons } from '../fleet.ts'
import { GuardedStore } from '../resilience/guarded-store.ts'
import { Membership, type MembershipOptions } from './membership.ts'
import { type Invalidator, type InvalidatorParts, openInvalidator } from './open-invalidator.ts'

/** A store, and what a call to it may take. */
interface StoreAccess {
  readonly name: string
  readonly connection: StoreConnection
  readonly timeoutMs: number
}

export interface JoinOptions<Config>
  extends
    Omit<MembershipOptions, 'store'>,
    Omit<StoredConfigsOptions<Config>, 'clock'>,
    Pick<StoredConfigsParts<Config>, 'interned' | 'counters'> {
  readonly access: StoreAccess
  /** Whether an agent can be made from a stored config. */
  readonly isRead: boolean
}

/** What agent caches do with a store. It comes with the store, so that nobody else loads it. For `ConfigStore.sharing`; not to be called. */
export interface Sharing {
  readonly version: typeof sharingVersion
  /** @internal */
  join<Config>(options: JoinOptions<Config>): Commons<Config>
  /** @internal */
  openInvalidator(parts: InvalidatorParts & { readonly access: StoreAccess }): Invalidator
}

/** For {@link ConfigStore.sharing} of a store of your own. */
export const sharing: Sharing = {
  version: sharingVersion,
  join(options) {
    const { access, interned, isRead } = options
    const store = guarded(access, options)
    const fleet = new Membership({ ...options, store })
    const { invalidations } = fleet
    return {
      fleet,
      configs: new StoredConfigs(options, store, invalidations, options),
      inspection: isRead ? new ConfigInspection(options, store, invalidations, interned) : undefined,
    }
  },
  openInvalidator: (parts) => openInvalidator(guarded(parts.access, parts), parts),
}

function guarded({ name, connection, timeoutMs }: StoreAccess, { clock, events }: Pick<MembershipOptions, 'clock' | 'events'>) {
  return new GuardedStore(name, connection, timeoutMs, clock, events)
}

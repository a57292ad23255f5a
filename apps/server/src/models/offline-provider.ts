import { NoSuchModelError } from '@ai-sdk/provider'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { offlineModel } from './offline-model.ts'
import type { Pace } from './offline-model.ts'

export interface OfflineProvider {
  /** Throws `NoSuchModelError` for any id but `small`. */
  languageModel(id: string): LanguageModelV4
}

/** The provider of `offline:small`. Without `pace` answers are streamed as fast as they are read. */
export function createOfflineProvider({ pace }: { readonly pace?: Pace } = {}): OfflineProvider {
  return {
    languageModel(id) {
      if (id !== 'small') {
        throw new NoSuchModelError({
          modelId: id,
          modelType: 'languageModel',
          message: `The offline provider has one model, offline:small; got offline:${id}.`,
        })
      }
      return offlineModel('offline', id, pace)
    },
  }
}

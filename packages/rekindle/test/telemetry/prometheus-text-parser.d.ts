/** What the parser gives, as far as it is used here. */
declare module 'parse-prometheus-text-format' {
  export interface Family {
    readonly name: string
    readonly help: string
    readonly type: string
    readonly metrics: readonly { readonly value?: string; readonly labels?: Readonly<Record<string, string>> }[]
  }

  export default function parse(text: string): Family[]
}

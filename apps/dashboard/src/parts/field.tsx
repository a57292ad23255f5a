import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  /** What is wrong with it. */
  readonly flaw?: string | undefined
}

function Field({ id, label, hint, flaw, children }: FieldProps & { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      {children}
      {flaw !== undefined && (
        <span class="flaw" id={`${id}-flaw`}>
          {flaw}
        </span>
      )}
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}

interface TextProps extends FieldProps {
  readonly value: string
  readonly set: (value: string) => void
  readonly required?: boolean
  readonly placeholder?: string
  readonly maxLength?: number
  readonly disabled?: boolean
}

function described(id: string, { hint, flaw }: FieldProps) {
  const of = [flaw !== undefined && `${id}-flaw`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ')
  return { id, 'aria-invalid': flaw !== undefined, ...(of !== '' && { 'aria-describedby': of }) }
}

export interface TextFieldProps extends TextProps {
  readonly type?: 'text' | 'password'
  readonly inputMode?: 'numeric'
  /** To choose from; anything else may be typed. */
  readonly options?: readonly string[]
  readonly autocomplete?: string
}

export function TextField({ label, hint, flaw, set, options, type = 'text', ...input }: TextFieldProps) {
  const id = useId()
  const field = { label, ...(hint !== undefined && { hint }), flaw }
  return (
    <Field id={id} {...field}>
      <input
        class="input"
        type={type as 'text'}
        spellcheck={false}
        {...(options && { list: `${id}-options` })}
        {...input}
        {...described(id, field)}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
      {options && (
        <datalist id={`${id}-options`}>
          {options.map((option) => (
            <option value={option} />
          ))}
        </datalist>
      )}
    </Field>
  )
}

export function TextArea({
  label,
  hint,
  flaw,
  set,
  rows = 4,
  code = false,
  ...input
}: TextProps & { rows?: number; code?: boolean }) {
  const id = useId()
  const field = { label, ...(hint !== undefined && { hint }), flaw }
  return (
    <Field id={id} {...field}>
      <textarea
        class={`input ${code ? 'code-input' : ''}`}
        rows={rows}
        spellcheck={!code}
        {...input}
        {...described(id, field)}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
    </Field>
  )
}

interface SelectProps extends FieldProps {
  readonly value: string
  readonly set: (value: string) => void
  readonly options: readonly (readonly [value: string, label: string])[]
}

export function SelectField({ label, hint, flaw, value, set, options }: SelectProps) {
  const id = useId()
  const field = { label, ...(hint !== undefined && { hint }), flaw }
  return (
    <Field id={id} {...field}>
      <select class="input" value={value} {...described(id, field)} onChange={({ currentTarget }) => set(currentTarget.value)}>
        {options.map(([each, text]) => (
          <option value={each}>{text}</option>
        ))}
      </select>
    </Field>
  )
}

/** Without a visible label, for where there is no room for one. */
export function BareSelect({ label, value, set, options }: Omit<SelectProps, 'hint' | 'flaw'>) {
  return (
    <select class="input" aria-label={label} value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
      {options.map(([each, text]) => (
        <option value={each}>{text}</option>
      ))}
    </select>
  )
}

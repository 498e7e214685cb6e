import { useId } from 'react'
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react'
import { ChevronDown, Search } from 'lucide-react'
import styles from './Field.module.css'
import { classes } from './classes.ts'

interface FieldFrame {
  label: string
  /** One line under the control. */
  hint?: ReactNode
  /** Replaces the hint, and marks the control as wrong. */
  error?: string | null
}

function Frame(props: FieldFrame & { id: string; className?: string; children: ReactNode }) {
  return (
    <div className={classes(styles.field, props.className)}>
      <label htmlFor={props.id} className={styles.label}>
        {props.label}
      </label>
      {props.children}
      {(props.error || props.hint) && (
        <div id={`${props.id}-hint`} className={props.error ? styles.error : styles.hint}>
          {props.error ?? props.hint}
        </div>
      )}
    </div>
  )
}

function described(id: string, { error, hint }: FieldFrame) {
  return { 'aria-describedby': error || hint ? `${id}-hint` : undefined, 'aria-invalid': error ? true : undefined }
}

type TextFieldProps = FieldFrame &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
    onChange(value: string): void
    /** For URLs, paths, names of the database's own. */
    mono?: boolean
    ref?: Ref<HTMLInputElement>
  }

export function TextField({ label, hint, error, onChange, mono, className, ...rest }: TextFieldProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error} className={className}>
      <input
        spellCheck={false}
        autoComplete="off"
        {...rest}
        {...described(id, { label, hint, error })}
        id={id}
        className={classes(styles.control, mono && styles.mono)}
        onChange={(event) => onChange(event.target.value)}
      />
    </Frame>
  )
}

type TextAreaProps = FieldFrame &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> & { onChange(value: string): void }

/** Several lines of code or of a database's own text. */
export function TextArea({ label, hint, error, onChange, className, ...rest }: TextAreaProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error} className={className}>
      <textarea
        spellCheck={false}
        rows={6}
        {...rest}
        {...described(id, { label, hint, error })}
        id={id}
        className={classes(styles.control, styles.area, styles.mono)}
        onChange={(event) => onChange(event.target.value)}
      />
    </Frame>
  )
}

type SelectFieldProps<Value extends string> = FieldFrame &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> & {
    value: Value
    options: readonly { value: Value; label: string }[]
    onChange(value: Value): void
  }

export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, error, onChange, options, className, ...rest } = props
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error} className={className}>
      <span className={styles.selectFrame}>
        <select
          {...rest}
          {...described(id, { label, hint, error })}
          id={id}
          className={styles.control}
          onChange={(event) => onChange(event.target.value as Value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden className={styles.chevron} />
      </span>
    </Frame>
  )
}

interface CheckboxProps {
  checked: boolean | 'some'
  onChange(checked: boolean): void
  children: ReactNode
  hint?: ReactNode
  disabled?: boolean
}

export function Checkbox({ checked, onChange, children, hint, disabled }: CheckboxProps) {
  const id = useId()
  return (
    <div className={styles.checkRow}>
      <input
        id={id}
        type="checkbox"
        className={styles.check}
        checked={checked === true}
        disabled={disabled}
        ref={(element) => {
          if (element) element.indeterminate = checked === 'some'
        }}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{children}</label>
      {hint && (
        <div id={`${id}-hint`} className={classes(styles.hint, styles.checkHint)}>
          {hint}
        </div>
      )}
    </div>
  )
}

interface SearchFieldProps {
  label: string
  value: string
  onChange(value: string): void
  className?: string
  onKeyDown?: InputHTMLAttributes<HTMLInputElement>['onKeyDown']
}

/** A search without a visible label; Esc empties it. */
export function SearchField({ label, value, onChange, className, onKeyDown }: SearchFieldProps) {
  return (
    <span className={classes(styles.searchFrame, className)}>
      <Search size={14} strokeWidth={1.75} aria-hidden className={styles.glass} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        value={value}
        className={styles.control}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation()
            onChange('')
          }
          onKeyDown?.(event)
        }}
      />
    </span>
  )
}

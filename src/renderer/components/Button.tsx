import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import type { LucideIcon } from 'lucide-react'
import { LoaderCircle } from 'lucide-react'
import styles from './Button.module.css'
import { classes } from './classes.ts'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is ink on paper: one a panel. `danger` is for what destroys. */
  variant?: 'primary' | 'plain' | 'quiet' | 'danger'
  size?: 'small' | 'medium' | 'large'
  icon?: LucideIcon
  /** Shows that the work runs; the button does not answer meanwhile, and keeps the focus. */
  busy?: boolean
  children?: ReactNode
  ref?: Ref<HTMLButtonElement>
}

export function Button({ variant = 'plain', size = 'medium', icon, busy, children, className, onClick, ...rest }: ButtonProps) {
  const Icon = busy ? LoaderCircle : icon
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      // `disabled` would take the focus away. What is prevented here also sends no form.
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classes(styles.button, styles[variant], styles[size], className)}
    >
      {Icon && <Icon size={16} strokeWidth={1.75} aria-hidden className={busy ? styles.turning : undefined} />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  icon: LucideIcon
  /** Said by a screen reader and shown on hover. */
  label: string
}

export function IconButton({ label, className, ...rest }: IconButtonProps) {
  return (
    <Button variant="quiet" {...rest} aria-label={label} title={rest.title ?? label}
      className={classes(styles.square, className)} />
  )
}

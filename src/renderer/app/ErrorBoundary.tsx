import { Component } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../components/Button.tsx'
import { ErrorNote } from '../components/ErrorNote.tsx'

/** A fault of the window itself stays in its place: the rail, the lag and the other places go on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: Error | null }> {
  override state: { broken: Error | null } = { broken: null }

  static getDerivedStateFromError(thrown: unknown): { broken: Error } {
    return { broken: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { broken } = this.state
    if (!broken) return this.props.children
    return (
      <div style={{ padding: 24, maxWidth: 640 }}>
        <ErrorNote
          fault={{
            code: 'INTERNAL',
            message: 'This part of the window met a condition that it does not know.',
            advice: 'Draw it again; if it comes back, report it with the details below.',
            detail: broken.stack ?? broken.message,
          }}
          consequence="The engine is not affected: it follows the source as before."
          action={<Button onClick={() => this.setState({ broken: null })}>Draw it again</Button>}
        />
      </div>
    )
  }
}

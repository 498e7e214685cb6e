import type { Lag } from '../src/main/contract/live.ts'

export type FollowerOrder = { wait: number } | { stop: true }

export type FollowerMessage =
  | { ready: true }
  | { seen: number; atMs: number }
  | { ended: Lag['commitToVisible'] & { peakBytes: number } }

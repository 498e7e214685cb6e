import type { LagPoint } from '../../contract/live.ts'

const POINTS = 15 * 60

/** The last 15 minutes, a point a second. */
export class LagHistory {
  private points: LagPoint[] = []

  add(point: LagPoint): void {
    this.points.push(point)
    if (this.points.length > POINTS) this.points.shift()
  }

  read(): LagPoint[] {
    return [...this.points]
  }
}

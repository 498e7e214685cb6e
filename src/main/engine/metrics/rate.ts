/** Amounts a second over the last few whole seconds, in constant space. */
export class Rate {
  private readonly windowSeconds: number
  private readonly amounts: Float64Array
  private lastSecond = -1

  constructor(windowSeconds = 5) {
    this.windowSeconds = windowSeconds
    this.amounts = new Float64Array(windowSeconds + 1)
  }

  add(nowMs: number, amount: number): void {
    this.advance(nowMs)
    this.amounts[this.lastSecond % this.amounts.length]! += amount
  }

  /** The mean over the window's finished seconds and the running one. */
  perSecond(nowMs: number): number {
    this.advance(nowMs)
    const sum = this.amounts.reduce((total, amount) => total + amount, 0)
    return sum / (this.windowSeconds + (nowMs / 1000 - Math.floor(nowMs / 1000)))
  }

  private advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    if (this.lastSecond === -1 || second - this.lastSecond > this.windowSeconds) this.amounts.fill(0)
    else for (let past = this.lastSecond + 1; past <= second; past++) this.amounts[past % this.amounts.length] = 0
    this.lastSecond = Math.max(second, this.lastSecond)
  }
}

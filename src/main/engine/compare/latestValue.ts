/** Hands the newest value to one reader; values that nobody took in time are passed over. */
export class LatestValue<Value> {
  private value: Value | undefined
  private isEnded = false
  private wake: () => void = () => {}

  set(value: Value): void {
    this.value = value
    this.wake()
  }

  /** The value in hand is still taken; after it comes undefined. */
  end(): void {
    this.isEnded = true
    this.wake()
  }

  async take(): Promise<Value | undefined> {
    while (this.value === undefined && !this.isEnded) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const { value } = this
    this.value = undefined
    return value
  }
}

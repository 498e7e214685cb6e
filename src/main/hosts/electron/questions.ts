/** Questions to the other process, each answered by a message that bears its number. */
export interface Questions<Answer> {
  /** `send` puts the question, with its number. */
  ask(send: (id: number) => void): Promise<Answer>
  /** Nothing happens for a number that nobody waits for. */
  answer(id: number, answer: Answer): void
  fail(id: number, error: Error): void
}

export function createQuestions<Answer>(): Questions<Answer> {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let lastId = 0
  const taken = (id: number) => {
    const entry = waiting.get(id)
    waiting.delete(id)
    return entry
  }
  return {
    ask(send) {
      const id = (lastId += 1)
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        send(id)
      })
    },
    answer: (id, answer) => taken(id)?.resolve(answer),
    fail: (id, error) => taken(id)?.reject(error),
  }
}

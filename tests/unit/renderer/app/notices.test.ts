import { beforeEach, describe, expect, it } from 'vitest'
import { putAway, tell, useNotices } from '../../../../src/renderer/app/notices.ts'
import { goTo } from '../../../../src/renderer/app/places.ts'

const texts = (): string[] => useNotices.getState().notices.map(({ text }) => text)

describe('notices', () => {
  beforeEach(() => {
    useNotices.setState({ notices: [] })
    goTo('explore')
  })

  it('tell what happens in a place that is not shown, and nothing of the one that is', () => {
    tell({ subject: 'stream', tone: 'ok', place: 'live', text: 'copied' })
    tell({ subject: 'export', tone: 'ok', place: 'explore', text: 'exported' })
    expect(texts()).toEqual(['copied'])
  })

  it('of one subject only the newest stands', () => {
    tell({ subject: 'stream', tone: 'warn', place: 'live', text: 'lost' })
    tell({ subject: 'verify', tone: 'ok', place: 'live', text: 'equal' })
    tell({ subject: 'stream', tone: 'ok', place: 'live', text: 'back' })
    expect(texts()).toEqual(['equal', 'back'])
  })

  it('what went on in sight takes what was told of it before away', () => {
    tell({ subject: 'stream', tone: 'warn', place: 'live', text: 'lost' })
    goTo('live')
    tell({ subject: 'stream', tone: 'ok', place: 'live', text: 'back' })
    expect(texts()).toEqual([])
  })

  it('are few at once, and each can be put away', () => {
    for (const text of ['1', '2', '3', '4', '5']) tell({ subject: text, tone: 'bad', text })
    expect(texts()).toEqual(['2', '3', '4', '5'])
    putAway(useNotices.getState().notices[0]!.id)
    expect(texts()).toEqual(['3', '4', '5'])
  })
})

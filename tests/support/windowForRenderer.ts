import { expect } from 'vitest'
import { builtinEnvironments } from 'vitest/runtime'

// Tests of the renderer get a document, the others none: the engine has no DOM, and a test that finds
// one would hide that.
const path = expect.getState().testPath?.replaceAll('\\', '/') ?? ''
if (path.includes('/tests/unit/renderer/') && typeof document === 'undefined') {
  await builtinEnvironments['happy-dom'].setup(globalThis, {})
}

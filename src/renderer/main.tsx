import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app/theme.css'
import type { Place } from './app/places.ts'
import { settingsPlace } from './app/settingsPlace.ts'
import { Shell } from './app/Shell.tsx'
import { startWindow } from './app/start.ts'
import { comparePlace } from './features/compare/index.ts'
import { connectPlace } from './features/connect/index.ts'
import { explorePlace } from './features/explore/index.ts'
import { livePlace } from './features/live/index.ts'
import { schemaPlace } from './features/schema/index.ts'

const places: Place[] = [connectPlace, livePlace, explorePlace, schemaPlace, comparePlace, settingsPlace]

startWindow()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Shell places={places} />
  </StrictMode>,
)

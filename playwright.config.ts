import { defineConfig } from '@playwright/test'

// `npm test` looks for a Chromium that starts and hands it over; without it Playwright takes its own.
const executablePath = process.env.MILLRACE_CHROMIUM

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  // Each test has an engine, a Postgres and a browser: one at a time.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  globalTimeout: 1_200_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium refuses its sandbox to root, and containers seldom allow it to anybody.
      chromiumSandbox: false,
      args: ['--disable-background-networking', '--disable-component-update', '--no-first-run', '--no-default-browser-check'],
    },
  },
})

/** `init` waits for its copy; `errored` is parked and leaves the others alone; `excluded` is not followed. */
export type TableState = 'init' | 'copying' | 'catching-up' | 'ready' | 'errored' | 'excluded'

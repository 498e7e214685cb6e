/** The preload asks Electron's main process for a link by the first channel, and gets its port by the second. */
export const CONNECT_CHANNEL = 'millrace:connect'
export const LINK_CHANNEL = 'millrace:link'

/** The part of pgpass that reads a password file; its front door reads `process.env` alone. */
declare module 'pgpass/lib/helper.js' {
  interface PasswordQuery {
    host: string
    port: number
    database: string
    user: string
  }
  const passwordFile: {
    getFileName(env: Record<string, string | undefined>): string
    getPassword(query: PasswordQuery, stream: NodeJS.ReadableStream, done: (password: string | undefined) => void): void
  }
  export default passwordFile
}

import type pg from 'pg'

/** The names of the source's types by OID, read once; a type made since is read when it is first met. */
export class SourceTypeNames {
  private readonly names = new Map<number, string>()

  /** One short statement at most, before the person's own. */
  async load(client: pg.ClientBase): Promise<void> {
    if (this.names.size > 0) return
    const { rows } = await client.query<[string, string]>({
      text: `SELECT oid::text, format_type(oid, NULL) FROM pg_catalog.pg_type WHERE typtype <> 'p'`,
      rowMode: 'array',
    })
    for (const [oid, name] of rows) this.names.set(Number(oid), name)
  }

  nameOf(oid: number): string {
    const known = this.names.get(oid)
    if (known !== undefined) return known
    // Unknown to this list only: it is read anew before the next statement.
    this.names.clear()
    return `type ${oid}`
  }
}

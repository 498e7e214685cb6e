/** `public."Odd.Name" AS o` as its parts, without the alias. */
export function pathOf(name: string): string[] {
  const path = name.replace(/ AS (?:"[^"]*"|\w+)$/, '')
  return [...path.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)].map(([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain)
}

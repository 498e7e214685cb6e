export function peakMemoryBytes(): number

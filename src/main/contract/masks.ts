import { z } from 'zod'
import { tableNameSchema } from './values.ts'

/** What stands for each value of a column, from before it is written; NULL stays NULL. */
export const maskRuleSchema = z.enum(['hash', 'null', 'redact'])
export type MaskRule = z.infer<typeof maskRuleSchema>

export const maskedColumnSchema = z.object({ column: z.string(), rule: maskRuleSchema })

/** What is to become of one column; null takes its mask away. */
export const maskChoiceSchema = tableNameSchema.extend({ column: z.string(), rule: maskRuleSchema.nullable() })
export type MaskChoice = z.infer<typeof maskChoiceSchema>

/** What a colour means; see the tokens in `app/theme.css`. */
export type Tone = 'neutral' | 'source' | 'replica' | 'ok' | 'warn' | 'bad'

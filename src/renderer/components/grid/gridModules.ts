import {
  CellStyleModule, ColumnApiModule, ColumnAutoSizeModule, EventApiModule, InfiniteRowModelModule, ModuleRegistry,
  RenderApiModule, RowApiModule, ScrollApiModule, TooltipModule, createTheme,
} from 'ag-grid-community'

ModuleRegistry.registerModules([
  CellStyleModule, ColumnApiModule, ColumnAutoSizeModule, EventApiModule, InfiniteRowModelModule, RenderApiModule,
  RowApiModule, ScrollApiModule, TooltipModule,
])

/** The grid in the tokens of the window. Without an icon set: its font would be a data URL, which the page refuses. */
export const gridTheme = createTheme().withParams({
  accentColor: 'var(--ink)',
  backgroundColor: 'var(--paper)',
  foregroundColor: 'var(--ink)',
  cellTextColor: 'var(--ink)',
  borderColor: 'var(--line)',
  borderRadius: 0,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  browserColorScheme: 'inherit',
  fontFamily: 'var(--font-ui)',
  fontSize: 12.5,
  dataFontSize: 12.5,
  cellFontFamily: 'var(--font-mono)',
  headerFontFamily: 'var(--font-ui)',
  headerFontSize: 12,
  headerFontWeight: 600,
  headerBackgroundColor: 'var(--panel)',
  headerTextColor: 'var(--ink)',
  headerCellHoverBackgroundColor: 'var(--hover)',
  headerColumnBorder: false,
  headerRowBorder: { color: 'var(--line)' },
  headerColumnResizeHandleColor: 'var(--line-strong)',
  rowBorder: { color: 'var(--line)' },
  columnBorder: false,
  pinnedColumnBorder: { color: 'var(--line)' },
  rowHoverColor: 'var(--hover)',
  oddRowBackgroundColor: 'var(--paper)',
  cellHorizontalPadding: 10,
  tooltipBackgroundColor: 'var(--raised)',
  tooltipTextColor: 'var(--ink)',
  tooltipBorder: false,
})

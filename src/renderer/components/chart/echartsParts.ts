import { BarChart, HeatmapChart, LineChart, PieChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, LegendScrollComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import type { EChartsCoreOption } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([
  BarChart, HeatmapChart, LineChart, PieChart, ScatterChart, GridComponent, LegendComponent, LegendScrollComponent,
  TooltipComponent, VisualMapContinuousComponent, CanvasRenderer, SVGRenderer,
])

export { init }

/** The picture as an SVG document, without a screen and without what only a pointer needs. */
export function svgOf(option: EChartsCoreOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  const series = (option.series as object[]).map((one) => ({ ...one, silent: true, emphasis: { disabled: true } }))
  chart.setOption({ ...option, series, animation: false, tooltip: { show: false } })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

/** The part of ECharts the charts need. Their sentence is ours, so its own is off; decals tell series apart without colour. */
use([BarChart, LineChart, GridComponent, LegendComponent, AriaComponent, SVGRenderer])

export type Chart = ECharts

export function draw(place: HTMLElement, option: Record<string, unknown>): Chart {
  const chart = init(place, null, { renderer: 'svg' })
  // labels are measured before they are drawn: `inherit` would measure them in another font, and cut them
  chart.setOption({ animation: false, aria: { enabled: true, label: { enabled: false }, decal: { show: true } }, textStyle: { fontFamily: getComputedStyle(place).fontFamily }, ...option })
  return chart
}

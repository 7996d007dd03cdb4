import { theme } from "antd";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useColors } from "./colors.ts";
import type { Picture } from "./series.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

/** A picture of numbers over time. What it shows is read from the table beside it. */
export function Chart({ picture, label }: { picture: Picture; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(undefined);
  const colors = useColors();
  const { token } = theme.useToken();

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = init(element, null, { renderer: "canvas" });
    chart.current = made;
    const observer = new ResizeObserver(() => {
      if (made.getWidth() !== element.clientWidth || made.getHeight() !== element.clientHeight) made.resize();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const look = {
      colors: [...colors],
      text: token.colorTextSecondary,
      strong: token.colorText,
      line: token.colorBorderSecondary,
      surface: token.colorBgElevated,
      font: token.fontFamily,
    };
    chart.current?.setOption(optionOf(picture, look), { notMerge: true });
  }, [picture, colors, token]);

  return <div ref={place} className="overview-chart" role="img" aria-label={label} />;
}

interface Look {
  colors: string[];
  text: string;
  strong: string;
  line: string;
  surface: string;
  font: string;
}

function optionOf({ kind, moments, lines, format }: Picture, look: Look) {
  return {
    // It is asked for again every few seconds: what moves then only distracts.
    animation: false,
    color: look.colors,
    textStyle: { fontFamily: look.font, color: look.text },
    grid: {
      left: 8,
      right: 8,
      top: lines.length > 1 ? 40 : 16,
      bottom: 4,
      outerBoundsMode: "same" as const,
      outerBoundsContain: "axisLabel" as const,
    },
    ...(lines.length > 1 && {
      legend: {
        type: "plain" as const,
        top: 0,
        left: 0,
        itemWidth: 10,
        itemHeight: 10,
        icon: "roundRect",
        textStyle: { color: look.text },
      },
    }),
    tooltip: {
      trigger: "axis" as const,
      renderMode: "richText" as const,
      confine: true,
      backgroundColor: look.surface,
      borderColor: look.line,
      textStyle: { color: look.strong, fontSize: 12 },
      axisPointer: { type: kind === "bar" ? ("shadow" as const) : ("line" as const) },
      valueFormatter: (value: unknown) => (typeof value === "number" ? format(value) : "–"),
    },
    xAxis: {
      type: "category" as const,
      data: moments,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } },
      axisLabel: { color: look.text, hideOverlap: true },
    },
    yAxis: {
      type: "value" as const,
      minInterval: kind === "bar" ? 0 : 1,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: { color: look.text, formatter: (value: number) => format(value) },
    },
    series: lines.map(({ name, values }) => ({
      type: kind,
      name,
      data: values,
      ...(kind === "bar"
        ? { stack: "all", barMaxWidth: 28 }
        : { showSymbol: values.length < 2, smooth: false, connectNulls: true, lineStyle: { width: 2 } }),
    })),
  };
}

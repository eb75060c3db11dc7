// Charts by Chart.js, coloured from the style sheet's variables. Each has a text summary and a table with the same numbers beside it.

import { h } from "./dom.js";
import { number, rateText } from "./i18n.js";

const live = new Set();

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Ends the charts of the view that is left. */
export function clearCharts() {
  for (const chart of live) chart.destroy();
  live.clear();
}

/** A canvas with its summary; `build(colours)` gives the Chart.js configuration once the canvas stands in the page. */
export function chartBox(summary, build, vars = {}) {
  const canvas = h("canvas", { role: "img", "aria-label": summary });
  const box = h("div", { class: "canvas", vars }, canvas);
  requestAnimationFrame(() => {
    if (!canvas.isConnected || typeof Chart === "undefined") return;
    const chart = new Chart(canvas, frame(build()));
    live.add(chart);
  });
  return box;
}

function frame(config) {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 0.78 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize); // larger on a projector
  Chart.defaults.color = style("--muted");
  Chart.defaults.borderColor = style("--line");
  config.options = {
    responsive: true, maintainAspectRatio: false, animation: reduced() ? false : { duration: 260 }, ...config.options,
    onHover: (event, hit) => { event.native.target.style.cursor = hit.length && config.options.onClick ? "pointer" : "default"; },
  };
  return config;
}

const bar = (label, data, colour) => ({
  label, data, backgroundColor: style(colour), borderColor: style("--surface"), borderWidth: { top: 1 }, stack: "resolved", maxBarThickness: 44, order: 2,
});

/** Stacked bars early / on time / late per week and the on-time rate as a line; `changes` marks weeks with new units (OR-9). */
export function trendConfig({ labels, weeks, texts, pick, changes, selected }) {
  const rate = weeks.map((week) => (week.on_time_rate === null ? null : week.on_time_rate * 100));
  return {
    data: {
      labels,
      datasets: [
        { type: "line", label: texts.rate, data: rate, yAxisID: "rate", borderColor: style("--ink"), backgroundColor: style("--surface"),
          borderWidth: 2, pointRadius: 4, pointBorderWidth: 2, pointHoverRadius: 6, tension: 0, spanGaps: false, clip: 8, order: 1 },
        { type: "bar", ...bar(texts.early, weeks.map((week) => week.early), "--early") },
        { type: "bar", ...bar(texts.on_time, weeks.map((week) => week.on_time), "--on-time") },
        { type: "bar", ...bar(texts.late, weeks.map((week) => week.late), "--late") },
      ],
    },
    options: {
      interaction: { mode: "index", intersect: false },
      onClick: (_, hit) => { if (hit.length) pick(weeks[hit[0].index]); },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12,
          font: (at) => ({ weight: at.index === selected ? 700 : 400 }), color: (at) => style(at.index === selected ? "--ink" : "--muted") } },
        y: { stacked: true, beginAtZero: true, grace: "25%", border: { display: false }, title: { display: true, text: texts.dossiers }, ticks: { precision: 0, callback: number } },
        rate: { position: "right", min: 0, max: 100, border: { display: false }, grid: { display: false }, title: { display: true, text: texts.axisRate },
          ticks: { stepSize: 25 } },
      },
      plugins: {
        legend: { position: "bottom", labels: { usePointStyle: true, boxHeight: 8, padding: 16, sort: (a, b) => a.datasetIndex - b.datasetIndex } },
        tooltip: { callbacks: { label: (at) => ` ${at.dataset.label}: ${at.dataset.yAxisID === "rate" ? rateText(at.raw / 100) : number(at.raw)}` } },
      },
    },
    plugins: [changeMarks(changes)],
  };
}

/** Dashed lines where administrative units changed: figures on both sides are not of the same units. */
function changeMarks(places) {
  return {
    id: "changes",
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      ctx.save();
      ctx.strokeStyle = style("--late");
      ctx.setLineDash([5, 4]);
      for (const place of places) {
        const half = scales.x.width / scales.x.ticks.length / 2 || 0;
        const x = scales.x.getPixelForValue(place) - (place > 0 ? half : 0);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

/** Horizontal bars, one per unit: a rate in percent (`rate`), or a count. */
export function unitsConfig({ names, values, colour, rate, pick, label }) {
  return {
    type: "bar",
    data: { labels: names, datasets: [{ label, data: values, backgroundColor: style(colour), borderRadius: 3, maxBarThickness: 14, minBarLength: 2 }] },
    plugins: [valueLabels(rate)],
    options: {
      indexAxis: "y",
      layout: { padding: { right: 52 } },
      onClick: (_, hit) => { if (hit.length) pick(hit[0].index); },
      scales: {
        x: { beginAtZero: true, max: rate ? 100 : undefined, border: { display: false }, ticks: { precision: 0, maxTicksLimit: 6, callback: (value) => (rate ? `${value}%` : number(value)) } },
        y: { grid: { display: false }, ticks: { autoSkip: false, color: style("--ink"), callback(value) { return short(this.getLabelForValue(value)); } } },
      },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (at) => ` ${label}: ${rate ? (at.raw === null ? "—" : rateText(at.raw / 100)) : number(at.raw)}` } } },
    },
  };
}

/** The number at the end of each bar, so that the chart can be read from the back of a room. */
const valueLabels = (rate) => ({
  id: "values",
  afterDatasetsDraw(chart) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `600 ${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
    ctx.fillStyle = style("--ink");
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((element, place) => {
      const value = chart.data.datasets[0].data[place];
      const text = rate ? rateText(value === null ? null : value / 100) : number(value);
      ctx.fillText(text, (value === null ? chart.chartArea.left : element.x) + 7, element.y);
    });
    ctx.restore();
  },
});

const short = (name) => (name.length > 28 ? `${name.slice(0, 27)}…` : name);

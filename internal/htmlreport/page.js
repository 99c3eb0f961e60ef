"use strict";
// Puts a chart that can be zoomed and read off over each chart of lines. Without it the document says the same.
(() => {
  const colour = (ink) => getComputedStyle(document.documentElement).getPropertyValue("--" + ink).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // The outline of a mark, as the charts of the document have it.
  function outline(mark, x, y, size) {
    const path = new Path2D();
    const turned = (n, from, r) => {
      for (let i = 0; i < n; i++) {
        const angle = from + (2 * Math.PI * i) / n;
        path[i ? "lineTo" : "moveTo"](x + r * Math.sin(angle), y - r * Math.cos(angle));
      }
      path.closePath();
    };
    if (mark === "square") turned(4, Math.PI / 4, size * 1.2);
    else if (mark === "triangle") turned(3, 0, size * 1.35);
    else if (mark === "diamond") turned(4, 0, size * 1.3);
    else path.arc(x, y, size, 0, 2 * Math.PI);
    return path;
  }

  const marks = 8;

  // Whether a point has a gap on both sides, so that no line shows it. Where only other series have points there is no gap.
  function alone(ys, k) {
    const beside = (step) => {
      let at = k + step;
      while (at >= 0 && at < ys.length && ys[at] === undefined) at += step;
      return ys[at];
    };
    return beside(-1) == null && beside(1) == null;
  }

  // Draws marks on the lines, each series' elsewhere.
  function drawMarks(u, data) {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    const step = bbox.width / marks;
    ctx.save();
    data.series.forEach((series, i) => {
      if (!u.series[i + 1].show) return;
      ctx.fillStyle = colour(series.ink);
      ctx.strokeStyle = colour("surface");
      ctx.lineWidth = ratio;
      let next = bbox.left + (step * (i + 0.5)) / data.series.length;
      u.data[0].forEach((x, k) => {
        const y = u.data[i + 1][k];
        const left = u.valToPos(x, "x", true);
        if (y == null || left < bbox.left || left > bbox.left + bbox.width) return;
        if (left < next && !alone(u.data[i + 1], k)) return;
        const path = outline(series.mark, left, u.valToPos(y, "y", true), 4 * ratio);
        ctx.fill(path);
        ctx.stroke(path);
        while (next <= left) next += step;
      });
    });
    ctx.restore();
  }

  // A sample of a line, for its key.
  function sample(series) {
    const canvas = element("canvas", { width: 60, height: 28, "aria-hidden": "true" });
    canvas.className = "sample";
    const paint = () => {
      const ctx = canvas.getContext("2d");
      ctx.clearRect(0, 0, 60, 28);
      ctx.strokeStyle = ctx.fillStyle = colour(series.ink);
      ctx.lineWidth = 4;
      ctx.setLineDash((series.dash || []).map((d) => 2 * d));
      ctx.beginPath();
      ctx.moveTo(0, 14);
      ctx.lineTo(60, 14);
      ctx.stroke();
      ctx.fill(outline(series.mark, 30, 14, 8));
    };
    paint();
    dark.addEventListener("change", paint);
    return canvas;
  }

  // Three significant digits, as the tables have them.
  function significant(v) {
    const size = Math.abs(v);
    if (v === 0) return "0";
    return v.toLocaleString("en", { maximumFractionDigits: size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0 });
  }

  function place(data, x) {
    if (!data.x.nines) return "At " + significant(x) + " s";
    const percent = 100 * (1 - Math.pow(10, -x));
    return percent.toFixed(Math.max(1, Math.ceil(x) - 1)) + " % within";
  }

  // The labels of an axis that have room.
  function ticks(axis, apart) {
    return (u, i, low, top) => {
      let free = -Infinity;
      return axis.ticks
        .map((t) => t.at)
        .filter((at) => {
          if (at < low || at > top) return false;
          const pixel = u.valToPos(at, i ? "y" : "x");
          if (i === 0 && pixel < free) return false;
          free = pixel + apart;
          return true;
        });
    };
  }

  const label = (axis) => (u, splits) => splits.map((v) => (axis.ticks.find((t) => t.at === v) || { label: significant(v) }).label);

  function options(data, width, onMove) {
    const line = { stroke: () => colour("muted"), grid: { stroke: () => colour("grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const widest = Math.max(...data.y.ticks.map((t) => t.label.length));
    return {
      width, height: Math.min(Math.max(width * 0.45, 230), 340),
      pxAlign: 0,
      legend: { show: false },
      padding: [10, 16, 0, 0],
      cursor: { points: { size: 9 }, focus: { prox: 24 } },
      focus: { alpha: 0.35 },
      scales: {
        x: { time: false, range: (u, low, top) => (low == null || low === top ? [data.x.low, data.x.top] : [low, top]) },
        y: { distr: 3, log: 10, range: [data.y.low, data.y.top] },
      },
      axes: [
        { ...line, size: 30, ...(data.x.nines ? { splits: ticks(data.x, 46), values: label(data.x) } : {}) },
        { ...line, size: 16 + 7.5 * widest, splits: ticks(data.y, 0), filter: (u, splits) => splits, values: label(data.y) },
      ],
      series: [{}, ...data.series.map((s) => ({ label: s.name, stroke: () => colour(s.ink), width: 2, dash: s.dash || [], points: { show: false } }))],
      hooks: { draw: [(u) => drawMarks(u, data)], setCursor: [onMove] },
    };
  }

  function enliven(figure) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const heading = figure.querySelector("h3").id;
    const hint = figure.id + "-hint";
    const reading = element("p", { class: "reading", id: hint });
    const rest = "Point at the chart, or focus it and use the arrow keys, to read it off. Drag to zoom, double-click or press Escape to see all.";
    reading.textContent = rest;
    const aloud = element("p", { class: "skip", "aria-live": "polite" });
    const plot = element("div", { class: "plot", tabindex: "0", role: "group", "aria-labelledby": heading, "aria-describedby": hint });
    const keys = element("div", { class: "keys", role: "group", "aria-label": "Lines that are shown" });
    const y = element("p", { class: "axis" });
    y.textContent = data.y.title;
    const x = element("p", { class: "axis" });
    x.textContent = "→ " + data.x.title;
    const live = element("div", { class: "live" }, keys, y, plot, x, reading, aloud);
    figure.querySelector("figcaption").after(live);
    figure.classList.add("is-live");

    const table = uPlot.join(data.series.map((s) => [s.x, s.y]));
    const shown = table.map((column, i) => (i ? column.map((v) => (v == null ? v : Math.max(v, data.y.low))) : column));
    const tell = (u) => {
      const k = u.cursor.idx;
      if (k == null) return rest;
      const values = data.series.map((s, i) => [s, u.series[i + 1].show ? table[i + 1][k] : null]).filter(([, v]) => v != null);
      return place(data, table[0][k]) + ": " + values.map(([s, v]) => s.name + " " + significant(v) + " ms").join("; ");
    };
    const u = new uPlot(options(data, plot.clientWidth, (u) => { reading.textContent = tell(u); }), shown, plot);

    data.series.forEach((series, i) => {
      const button = element("button", { type: "button", "aria-pressed": "true" }, sample(series), series.name);
      button.addEventListener("click", () => {
        const show = !u.series[i + 1].show;
        u.setSeries(i + 1, { show });
        button.setAttribute("aria-pressed", String(show));
      });
      keys.append(button);
    });

    plot.addEventListener("keydown", (event) => {
      const last = table[0].length - 1;
      const at = u.cursor.idx;
      const to = { ArrowLeft: at == null ? last : at - 1, ArrowRight: at == null ? 0 : at + 1, Home: 0, End: last }[event.key];
      if (event.key === "Escape") u.setScale("x", { min: data.x.low, max: data.x.top });
      else if (to == null) return;
      else {
        const k = Math.min(Math.max(to, 0), last);
        u.setCursor({ left: u.valToPos(table[0][k], "x"), top: u.over.clientHeight / 2 });
        aloud.textContent = tell(u);
      }
      event.preventDefault();
    });
    const room = () => { // so that nothing below moves while the chart is read off
      reading.style.minHeight = 1.5 * Math.max(2, Math.ceil((data.series.length * 250) / plot.clientWidth)) + "em";
    };
    room();
    new ResizeObserver(() => {
      room();
      const { width, height } = options(data, plot.clientWidth);
      if (width !== u.width) u.setSize({ width, height });
    }).observe(plot);
    dark.addEventListener("change", () => u.redraw());
  }

  for (const figure of document.querySelectorAll("figure[data-live]")) enliven(figure);
})();

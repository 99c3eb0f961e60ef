// Opens HTML reports in Chromium, light and dark, wide and as narrow as a phone, with scripts and without, and
// says what is wrong with them: errors, anything that is loaded, charts that are not drawn, what axe-core finds, text that is
// cut off. Screenshots go into a folder, if one is named.
//
// usage: node check.js CHROMIUM REPORT.html... [--screenshots DIR]
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { screenshots: { type: "string" } } });
const [executablePath, ...reports] = positionals;
if (!reports.length) {
  console.error("usage: node check.js CHROMIUM REPORT.html... [--screenshots DIR]");
  process.exit(2);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const widths = { wide: 1100, narrow: 360 };
let wrong = 0;
let checks = 0;

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const report of reports) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, width] of Object.entries(widths)) {
      for (const javaScriptEnabled of colorScheme === "light" ? [true, false] : [true]) {
        const view = `${basename(report, ".html")}-${colorScheme}-${name}${javaScriptEnabled ? "" : "-still"}`;
        const complaints = await look(report, view, { colorScheme, width, javaScriptEnabled });
        checks++;
        wrong += complaints.length;
        for (const text of complaints) console.error(`${view}: ${text}`);
      }
    }
  }
}
await browser.close();
console.log(`${checks} views, ${wrong} complaints`);
process.exit(wrong ? 1 : 0);

// look opens a report in one way and returns what is wrong with it.
async function look(report, view, { colorScheme, width, javaScriptEnabled }) {
  const complaints = [];
  const context = await browser.newContext({ colorScheme, javaScriptEnabled, viewport: { width, height: 800 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(report)).href;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.evaluate(() => document.fonts.ready);
  complaints.push(...(await drawn(page, javaScriptEnabled)));
  if (javaScriptEnabled) {
    complaints.push(...(await keyboard(page)));
    complaints.push(...(await accessible(page)));
  }
  if (flags.screenshots) await page.screenshot({ path: join(flags.screenshots, `${view}.png`), fullPage: true });
  if (javaScriptEnabled) complaints.push(...(await printed(page)));
  await context.close();
  return complaints;
}

// drawn looks whether each chart shows something, and whether the page fits into the window.
function drawn(page, live) {
  return page.evaluate((live) => {
    const wrong = [];
    const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 100 && e.getBoundingClientRect().height > 50;
    for (const figure of document.querySelectorAll("figure")) {
      const charts = [...figure.querySelectorAll("svg.chart, .plot canvas")].filter(seen);
      if (charts.length !== 1) wrong.push(`${figure.id}: ${charts.length} charts are seen, want 1`);
      for (const chart of charts) {
        if (chart.tagName === "CANVAS") {
          const { data } = chart.getContext("2d").getImageData(0, 0, chart.width, chart.height);
          const colours = new Set();
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 250) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
          if (colours.size < 4) wrong.push(`${figure.id}: the canvas has ${colours.size} colours`);
        } else {
          const paths = [...chart.querySelectorAll("path, rect")].filter((p) => p.getTotalLength() > 2);
          if (paths.length < 3) wrong.push(`${figure.id}: the SVG has ${paths.length} shapes`);
          const frame = chart.viewBox.baseVal;
          for (const text of chart.querySelectorAll("text")) {
            const box = text.getBBox();
            if (box.x < frame.x || box.x + box.width > frame.x + frame.width || box.y < 0 || box.y + box.height > frame.height) wrong.push(`${figure.id}: "${text.textContent}" is cut off`);
          }
          wrong.push(...overlaps(figure.id, [...chart.querySelectorAll("text")]));
        }
      }
      if (live && figure.hasAttribute("data-live") !== charts.some((c) => c.tagName === "CANVAS")) wrong.push(`${figure.id}: not drawn by the script`);
    }
    if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
    return wrong;

    // overlaps says which labels lie over each other.
    function overlaps(id, texts) {
      const boxes = texts.map((t) => [t.textContent, t.getBBox()]);
      const found = [];
      boxes.forEach(([a, p], i) => {
        for (const [b, q] of boxes.slice(i + 1)) {
          const wide = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x);
          const high = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
          if (wide > 1 && high > 4) found.push(`${id}: "${a}" lies over "${b}"`);
        }
      });
      return found;
    }
  }, live);
}

// keyboard reads the first live chart off by its keys, and takes a line out of it.
async function keyboard(page) {
  const plot = page.locator("figure[data-live] .plot").first();
  if (!(await plot.count())) return [];
  await plot.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const wrong = [];
  const said = await page.locator("figure[data-live] [aria-live]").first().textContent();
  if (!/ ms/.test(said)) wrong.push(`the arrow keys read off ${JSON.stringify(said)}`);
  const key = page.locator("figure[data-live] .keys button").first();
  await key.focus();
  await page.keyboard.press("Enter");
  if ((await key.getAttribute("aria-pressed")) !== "false") wrong.push("a line cannot be taken out by the keyboard");
  await page.keyboard.press("Enter");
  return wrong;
}

// accessible returns what axe-core finds, with everything unfolded.
async function accessible(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = false)));
  return violations.map((v) => `axe-core: ${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
}

// printed looks whether every chart is on paper, in dark ink.
async function printed(page) {
  await page.emulateMedia({ media: "print" });
  const wrong = await page.evaluate(() => {
    const found = [];
    for (const figure of document.querySelectorAll("figure")) {
      if ([...figure.querySelectorAll("svg.chart")].filter((e) => e.checkVisibility()).length !== 1) found.push(`${figure.id}: not printed`);
    }
    if (getComputedStyle(document.body).color !== "rgb(27, 31, 38)") found.push(`text is printed in ${getComputedStyle(document.body).color}`);
    return found;
  });
  return wrong;
}

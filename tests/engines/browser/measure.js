// What is wrong with a page as a browser has laid it out; the answer stands in the page afterwards, for --dump-dom.
(() => {
  const faults = [];
  const said = (what, node) => {
    const text = (node.textContent || "").trim().slice(0, 40);
    faults.push(`${what}: <${node.nodeName.toLowerCase()} class="${node.getAttribute("class") || ""}"> ${text}`);
  };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const box = (node) => node.getBoundingClientRect();
  let measured = 0;

  // Nothing is loaded, and nothing runs but this.
  for (const entry of performance.getEntriesByType("resource")) faults.push(`loads ${entry.name}`);
  for (const node of all("script:not(#measure), link, iframe, object, embed, [src]")) said("needs something beside it", node);

  // The page has no need to be moved sideways; only wide tables are, by themselves.
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) {
    const wide = all("main *").filter((node) => box(node).right > room + 1 && !node.closest(".wide"));
    if (wide.length === 0) faults.push("is wider than the window");
    wide.slice(0, 3).forEach((node) => said("is wider than the window", node));
  }

  all("details").forEach((node) => (node.open = true));

  // Curves and marks lie in their charts.
  for (const svg of all("svg")) {
    const frame = svg.viewBox.baseVal;
    const [far, low] = [frame.x + frame.width, frame.y + frame.height];
    const within = (x, y) => x >= frame.x - 1 && x <= far + 1 && y >= frame.y - 1 && y <= low + 1;
    for (const node of all("path, rect", svg)) {
      measured += 1;
      const numbers = node.nodeName === "path"
        ? node.getAttribute("d")
        : ["x", "y", "width", "height"].map((name) => node.getAttribute(name)).join(" ");
      const { x, y, width, height } = node.getBBox();
      if (/nan|inf/i.test(numbers)) said("is not a number", node);
      else if (node.nodeName === "path" && node.getTotalLength() === 0) said("is drawn nowhere", node);
      else if (!within(x, y) || !within(x + width, y + height)) said("leaves its chart", node);
    }
  }

  // Bars lie in their lanes.
  for (const bar of all(".bars i")) {
    measured += 1;
    const [own, lane] = [box(bar), box(bar.parentElement)];
    if (own.left < lane.left - 3 || own.right > lane.right + 3.5) said("leaves its lane", bar);
  }

  // Labels of axes do not lie on each other.
  for (const axis of all(".axis, .values")) {
    const labels = all("span", axis).map((node) => [node, box(node)]);
    labels.forEach(([node, own], at) => {
      measured += 1;
      const hit = labels.slice(at + 1).some(([, other]) =>
        own.left < other.right - 1 && other.left < own.right - 1 && own.top < other.bottom - 2 && other.top < own.bottom - 2);
      if (hit) said("lies on another label", node);
    });
  }

  // All text can be read: a contrast of 4.5 (WCAG 2.2, 1.4.3).
  const rgb = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color.length === 3) return color;
    }
    return [255, 255, 255];
  };
  for (const node of all("main *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    if (node.closest("svg, title") || box(node).width <= 1) continue;
    measured += 1;
    const [one, other] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) said(`has a contrast of ${contrast.toFixed(2)}`, node);
  }

  const report = document.createElement("pre");
  report.id = "report";
  report.textContent = JSON.stringify({ dark: matchMedia("(prefers-color-scheme: dark)").matches, room, measured, faults });
  document.body.append(report);
})();

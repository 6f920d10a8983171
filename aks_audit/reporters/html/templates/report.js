
(() => {
  "use strict";
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  let kept = "";
  try { kept = localStorage.getItem("aks-audit-theme") || ""; } catch { /* a page from a file may not keep anything */ }
  const wear = (name) => { if (name === "light" || name === "dark") root.dataset.theme = name; else delete root.dataset.theme; };
  wear(kept);
  theme.value = root.dataset.theme || "";
  theme.parentElement.hidden = false;
  theme.addEventListener("change", () => {
    wear(theme.value);
    try { localStorage.setItem("aks-audit-theme", theme.value); } catch { /* as above */ }
  });

  const form = document.getElementById("filters");
  const findings = [...document.querySelectorAll("details.finding")];
  const texts = new Map();
  const textOf = (finding) => {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding);
  };
  const status = document.getElementById("shown");
  const filter = () => {
    const wanted = new FormData(form);
    const severities = new Set(wanted.getAll("severity"));
    const cluster = wanted.get("cluster"), family = wanted.get("family");
    const words = wanted.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const data = finding.dataset;
      const fits = severities.has(data.severity)
        && (!cluster || data.clusters.split(" ").includes(cluster))
        && (!family || data.family === family)
        && words.every((word) => textOf(finding).includes(word));
      finding.hidden = !fits;
      if (fits) shown += 1;
    }
    status.textContent = `${shown} of ${findings.length} shown`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = findings.length === 0;
  filter();

  let opened = []; // for the printer, which gets every fix once, at the end
  const fill = (finding) => {
    const place = finding.querySelector(".fix");
    const link = place.querySelector('a[href^="#rule-"]');
    const rule = link && !place.classList.contains("filled") && document.getElementById(link.hash.slice(1));
    if (!rule) return;
    textOf(finding);
    const page = document.createElement("div"); // beside the link, which is what the printer gets
    page.className = "page";
    page.append(...[...rule.querySelector(".page").children].map((child) => child.cloneNode(true)));
    place.append(page);
    place.classList.add("filled");
  };
  for (const finding of findings) finding.addEventListener("toggle", () => { if (finding.open && !opened.length) fill(finding); });
  document.getElementById("open").addEventListener("click", () => {
    for (const finding of findings) if (!finding.hidden) finding.open = true;
  });
  document.getElementById("close").addEventListener("click", () => {
    for (const finding of findings) finding.open = false;
  });

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) form.reset();
    if (target.tagName === "DETAILS") target.open = true;
    target.hidden = false;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not([hidden])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; opened = []; });
})();

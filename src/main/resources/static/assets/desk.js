// What the pages do beyond HTML and htmx: the reader's own time, dark and light, charts drawn from the tables below them, one
// sentence for screen readers when the verdict changes, and peace while nobody looks.
(() => {
  const root = document.documentElement;
  const charts = new Map();
  let isPaused = false;

  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const long = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

  function ownTimes(within) {
    within.querySelectorAll("time[datetime]").forEach((time) => {
      const at = new Date(time.dateTime);
      if (isNaN(at)) {
        return;
      }
      time.title = at.toISOString();
      if (time.dataset.short) {
        time.textContent = short.format(at);
      } else if (time.textContent.endsWith("UTC")) {
        time.textContent = (at.toDateString() === new Date().toDateString() ? clock : long).format(at);
      }
    });
  }

  function colour(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  function column(table, number) {
    return [...table.tBodies[0].rows].map((row) => {
      const text = row.cells[number].textContent.trim();
      return number === 0 ? text : text === "" ? null : Number(text);
    });
  }

  function settings(kind, table) {
    const isBars = kind === "orders";
    const colours = isBars ? ["--accent", "--warn"] : ["--accent", "--soft"];
    const head = table.tHead.rows[0].cells;
    return {
      type: isBars ? "bar" : "line",
      data: {
        labels: column(table, 0),
        datasets: [1, 2].map((number, n) => ({
          label: head[number].textContent,
          data: column(table, number),
          backgroundColor: colour(colours[n]),
          borderColor: colour(colours[n]),
          borderWidth: isBars ? 0 : 2,
          borderDash: !isBars && n === 1 ? [4, 4] : [],
          borderRadius: 2,
          pointRadius: isBars ? 0 : 2,
          spanGaps: true,
          tension: 0.25,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: { legend: { align: "end", labels: { usePointStyle: true, pointStyle: isBars ? "rect" : "line", boxHeight: 8, color: colour("--soft") } } },
        scales: {
          x: { stacked: isBars, grid: { display: false }, ticks: { color: colour("--soft"), maxTicksLimit: 7, maxRotation: 0 } },
          y: { stacked: isBars, beginAtZero: true, suggestedMax: isBars ? 4 : 1, grid: { color: colour("--line") }, border: { display: false }, ticks: { color: colour("--soft"), maxTicksLimit: 5, precision: isBars ? 0 : undefined } },
        },
      },
    };
  }

  function draw() {
    if (!window.Chart) {
      return;
    }
    document.querySelectorAll("canvas[data-chart]").forEach((canvas) => {
      const kind = canvas.dataset.chart;
      const table = document.getElementById("table-" + kind);
      const chart = charts.get(kind);
      if (chart && chart.canvas === canvas) {
        chart.data.labels = column(table, 0);
        chart.data.datasets.forEach((set, n) => { set.data = column(table, n + 1); });
        chart.update("none");
      } else {
        chart?.destroy();
        charts.set(kind, new window.Chart(canvas, settings(kind, table)));
      }
    });
  }

  function redraw() {
    charts.forEach((chart) => chart.destroy());
    charts.clear();
    draw();
  }

  function say() {
    const live = document.getElementById("live");
    const text = [...document.querySelectorAll("[data-say]")].map((one) => one.textContent.trim()).join(". ");
    if (live && live.textContent !== text) {
      live.textContent = text;
    }
  }

  function settle() {
    ownTimes(document);
    draw();
    say();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#theme")) {
      const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
      localStorage.setItem("orderway-theme", root.dataset.theme);
      redraw();
    }
    const pause = event.target.closest("[data-pause]");
    if (pause) {
      isPaused = !isPaused;
      pause.setAttribute("aria-pressed", isPaused);
      pause.textContent = isPaused ? "Go on" : "Pause";
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // A page in the background, or one that is to stand still, asks for nothing. What a person does is not held up.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const isRenewal = event.detail.requestConfig.triggeringEvent === undefined && event.detail.requestConfig.verb === "get";
    if (isRenewal && (isPaused || document.hidden)) {
      event.preventDefault();
    }
  });

  // What the reader opened stays open when a part of the page is renewed.
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.responseURL.includes("/login")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
    open = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    settle();
  });
  // Without an answer the page says so instead of showing old news as new.
  document.addEventListener("htmx:sendError", () => document.body.classList.add("cut-off"));
  document.addEventListener("htmx:afterOnLoad", () => document.body.classList.remove("cut-off"));

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", settle);
  } else {
    settle();
  }
})();

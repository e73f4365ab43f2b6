// Before anything is painted: the reader's own choice of dark or light, where there is one.
(() => {
  const chosen = localStorage.getItem("orderway-theme");
  if (chosen) {
    document.documentElement.dataset.theme = chosen;
  }
})();

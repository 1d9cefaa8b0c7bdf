// Light or dark on our own pages: as the reader chose in the book, else as the system says.

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

function setTheme() {
  let mode = "";
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // a browser that keeps nothing follows the system
  }
  document.documentElement.dataset.theme = mode === "light" || mode === "dark" ? mode : darkSystem.matches ? "dark" : "light";
}

setTheme();
darkSystem.addEventListener("change", setTheme);

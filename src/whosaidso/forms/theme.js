// Light or dark on our own pages: as the reader chose in the book, else as the system says.

const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  let mode = "";
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // a browser that keeps nothing follows the system
  }
  document.documentElement.dataset.theme = mode === "light" || mode === "dark" ? mode : dark.matches ? "dark" : "light";
}

paint();
dark.addEventListener("change", paint);

// A passage read aloud by the system's voice.

let stopReading = () => {};

// A button that has the system's voice read a passage: only a voice of this machine, so that no word leaves it.
export function aloud(form, passage) {
  const { words } = form;
  const speech = globalThis.speechSynthesis;
  const voiceOf = ({ lang }) => speech.getVoices().find((voice) => voice.localService && voice.lang.slice(0, 2) === lang.slice(0, 2));
  const tell = (label) => {
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${passage.title}`);
  };
  const stop = () => {
    stopReading = () => {};
    speech.cancel();
    tell(words.aloud);
  };
  const press = () => {
    const mine = stopReading === stop;
    stopReading();
    if (mine || !passage.parts.every(voiceOf)) return;
    stopReading = stop;
    tell(words.aloud_stop);
    for (const part of passage.parts) {
      const said = Object.assign(new SpeechSynthesisUtterance(part.pieces.join("")), { lang: part.lang, voice: voiceOf(part) });
      if (part === passage.parts.at(-1)) said.onend = () => { if (stopReading === stop) stop(); };
      speech.speak(said);
    }
  };
  const button = form.button("", press, `${passage.id}-aloud`, { hidden: true });
  const ready = () => { button.hidden = !passage.parts.every(voiceOf); };
  tell(words.aloud);
  if (speech) {
    ready();
    speech.addEventListener("voiceschanged", ready);
    addEventListener("pagehide", () => stopReading());
  }
  return button;
}

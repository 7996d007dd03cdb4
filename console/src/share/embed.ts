import { inkOn } from "./ink.ts";

/**
 * What pages of other sites load with one script tag: `<script src="…/share/embed.js" data-key="…" async></script>`.
 * `data-mode`: `bubble` (a button in the corner, the usual) or `inline` (where the tag stands). Styles are set by script,
 * so a content security policy of the page needs only `script-src` and `frame-src` for this server.
 */
function embed(): void {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  const {
    key,
    mode = "bubble",
    color = "#3156d3",
    label = "Chat",
    theme,
    variables,
    position = "right",
  } = script.dataset;
  if (key === undefined) throw new Error("the script tag of antiphon needs data-key");
  const address = new URL(`/share/${encodeURIComponent(key)}`, script.src);
  address.searchParams.set("embed", mode);
  if (theme !== undefined) address.searchParams.set("theme", theme);
  if (variables !== undefined) address.hash = String(new URLSearchParams(JSON.parse(variables)));
  if (mode === "inline") script.after(frameOf(address, label, INLINE));
  else whenBody(() => addBubble({ address, color, label, isLeft: position === "left" }));
}

type Style = Partial<Record<string, string>>;

const FRAME: Style = { border: "0", background: "transparent", "color-scheme": "normal" };
const INLINE: Style = {
  ...FRAME,
  display: "block",
  width: "100%",
  height: "600px",
  "max-height": "90vh",
  border: "1px solid rgba(128, 128, 128, 0.35)",
  "border-radius": "12px",
};
const LAYER = "2147483000";
const NARROW = "(max-width: 480px)";

function frameOf(address: URL, label: string, style: Style): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = label;
  frame.allow = "clipboard-write";
  dress(frame, style);
  return frame;
}

function addBubble(options: { address: URL; color: string; label: string; isLeft: boolean }): void {
  const { address, color, label, isLeft } = options;
  const side = isLeft ? "left" : "right";
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.append(icon());
  dress(button, {
    all: "initial",
    position: "fixed",
    bottom: "20px",
    [side]: "20px",
    "z-index": LAYER,
    "place-items": "center",
    width: "56px",
    height: "56px",
    "border-radius": "50%",
    background: color,
    color: inkOn(color),
    cursor: "pointer",
    "box-shadow": "0 4px 16px rgba(0, 0, 0, 0.25)",
  });
  let frame: HTMLIFrameElement | undefined;
  let isOpen = false;
  /** The page in the frame has a button to close it. */
  let isReady = false;
  const narrow = matchMedia(NARROW);
  const arrange = () => {
    if (frame !== undefined) {
      dress(frame, { ...panelStyle(side, narrow.matches), display: isOpen ? "block" : "none" });
    }
    // Over the whole page it would lie on what is written in.
    dress(button, { display: isOpen && isReady && narrow.matches ? "none" : "grid" });
    button.setAttribute("aria-expanded", String(isOpen));
  };
  const show = (shallOpen: boolean) => {
    isOpen = shallOpen;
    if (frame === undefined) {
      frame = frameOf(address, label, {});
      button.before(frame);
    }
    arrange();
    if (isOpen) frame.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(!isOpen));
  button.addEventListener("focus", () =>
    dress(button, { outline: `3px solid ${color}`, "outline-offset": "3px" }),
  );
  button.addEventListener("blur", () => dress(button, { outline: "none" }));
  addEventListener("message", ({ source, origin, data }) => {
    const isOurs = source === frame?.contentWindow && origin === address.origin;
    if (!isOurs) return;
    if (data?.antiphon === "close") show(false);
    if (data?.antiphon === "ready") {
      isReady = true;
      arrange();
    }
  });
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && isOpen) show(false);
  });
  narrow.addEventListener("change", arrange);
  arrange();
  document.body.append(button);
}

function panelStyle(side: string, isNarrow: boolean): Style {
  const common = { ...FRAME, position: "fixed", "z-index": LAYER };
  if (isNarrow) {
    return {
      ...common,
      inset: "0",
      width: "100%",
      height: "100%",
      "border-radius": "0",
      "box-shadow": "none",
    };
  }
  return {
    ...common,
    inset: "auto",
    bottom: "92px",
    [side]: "20px",
    width: "400px",
    height: "min(640px, calc(100vh - 112px))",
    "border-radius": "16px",
    "box-shadow": "0 8px 40px rgba(0, 0, 0, 0.28)",
  };
}

const SVG = "http://www.w3.org/2000/svg";

function icon(): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [name, value] of [
    ["viewBox", "0 0 24 24"],
    ["width", "26"],
    ["height", "26"],
    ["fill", "none"],
    ["stroke", "currentColor"],
    ["stroke-width", "1.8"],
    ["aria-hidden", "true"],
  ] as const) {
    svg.setAttribute(name, value);
  }
  path.setAttribute(
    "d",
    "M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4a2 2 0 0 1-2-2z",
  );
  svg.append(path);
  return svg;
}

function dress({ style }: HTMLElement, properties: Style): void {
  for (const [name, value] of Object.entries(properties)) style.setProperty(name, value ?? "");
}

function whenBody(begin: () => void): void {
  if (document.body !== null) begin();
  else addEventListener("DOMContentLoaded", begin);
}

embed();

/** Icons of the share page: lines of one weight, in the colour of the text around them. */
const PATHS = {
  send: "M4 12 20 4l-5 16-3.5-6.500L4 12Z",
  stop: "M7 7h10v10H7z",
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  again: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6",
  like: "M7 11v9H4v-9h3Zm0 0 4-7c1.5 0 2.5 1 2.5 2.5L13 10h5.5a1.5 1.5 0 0 1 1.5 1.8l-1.3 6.7A2 2 0 0 1 16.7 20H7",
  dislike:
    "M17 13V4h3v9h-3Zm0 0-4 7c-1.5 0-2.5-1-2.5-2.5L11 14H5.5A1.5 1.5 0 0 1 4 12.2l1.3-6.7A2 2 0 0 1 7.3 4H17",
  previous: "M14.5 6 9 12l5.5 6",
  next: "M9.5 6l5.5 6-5.5 6",
} as const;

export function Icon({ name, isFilled = false }: { name: keyof typeof PATHS; isFilled?: boolean }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width="18"
      height="18"
      aria-hidden="true"
      data-filled={isFilled}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

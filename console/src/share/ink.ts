/** Black or white, whichever is read more easily on a colour such as `#3156d3`; white on what is written otherwise. */
export function inkOn(color: string): string {
  const channel = (place: number) => {
    const value = Number.parseInt(color.slice(place, place + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return light > 0.179 ? "#000" : "#fff";
}

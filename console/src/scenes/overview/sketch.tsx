import type { ReactNode } from "react";
import { useColors } from "./colors.ts";
import type { Picture } from "./series.ts";

/** A picture that is there at once: the one that answers to the pointer is fetched when there is a pointer. */
export function Sketch({ picture, label }: { picture: Picture; label: string }) {
  const colors = useColors();
  const { kind, moments, lines, format } = picture;
  const top = roundUp(kind === "bar" ? tallest(picture) : Math.max(0, ...lines.flatMap(numbersOf)));
  const places = [0, Math.floor((moments.length - 1) / 2), moments.length - 1];
  return (
    <div className="overview-sketch" role="img" aria-label={label}>
      <ul className="overview-legend" aria-hidden="true">
        {lines.length > 1 &&
          lines.map(({ name }, index) => (
            <li key={name}>
              <span style={{ background: colors[index % colors.length] }} />
              {name}
            </li>
          ))}
      </ul>
      <div className="overview-sketch-frame" aria-hidden="true">
        <div className="overview-sketch-scale">
          <span>{format(top)}</span>
          <span>{format(top / 2)}</span>
          <span>{format(0)}</span>
        </div>
        {kind === "bar" ? (
          <Bars picture={picture} top={top} colors={colors} />
        ) : (
          <Lines picture={picture} top={top} colors={colors} />
        )}
      </div>
      <div className="overview-sketch-moments" aria-hidden="true">
        {[...new Set(places)].map((place) => (
          <span key={place}>{moments[place]}</span>
        ))}
      </div>
    </div>
  );
}

interface Drawing {
  picture: Picture;
  top: number;
  colors: readonly string[];
}

const WIDTH = 1_000;
const HEIGHT = 100;

/** One shape for each stack: what stands below a bar is the bars of the stacks before it. */
function Bars({ picture: { moments, lines }, top, colors }: Drawing) {
  const step = WIDTH / Math.max(1, moments.length);
  const width = step * 0.7;
  const below = moments.map(() => 0);
  return (
    <Canvas>
      {lines.map(({ name, values }, index) => {
        const bars = moments.map((_, place) => {
          const height = ((values[place] ?? 0) / top) * HEIGHT;
          below[place] = (below[place] ?? 0) + height;
          const x = place * step + (step - width) / 2;
          return height === 0 ? "" : `M${x} ${HEIGHT - (below[place] ?? 0)}h${width}v${height}h${-width}z`;
        });
        return <path key={name} d={bars.join("")} fill={colors[index % colors.length]} />;
      })}
    </Canvas>
  );
}

function Lines({ picture: { moments, lines }, top, colors }: Drawing) {
  const step = WIDTH / Math.max(1, moments.length - 1);
  return (
    <Canvas>
      {lines.map(({ name, values }, index) => (
        <polyline
          key={name}
          fill="none"
          stroke={colors[index % colors.length]}
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
          points={values
            .flatMap((value, place) =>
              value === null ? [] : [`${place * step},${HEIGHT - (value / top) * HEIGHT}`],
            )
            .join(" ")}
        />
      ))}
    </Canvas>
  );
}

function Canvas({ children }: { children: ReactNode }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {children}
    </svg>
  );
}

function numbersOf({ values }: Picture["lines"][number]): number[] {
  return values.filter((value) => value !== null);
}

function tallest({ moments, lines }: Picture): number {
  const heights = moments.map((_, place) => lines.reduce((sum, { values }) => sum + (values[place] ?? 0), 0));
  return Math.max(0, ...heights);
}

/** The next number with one digit that says something: 1, 2, 5, 10, 20… */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((digit) => digit * power >= value) ?? 10) * power;
}

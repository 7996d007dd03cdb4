import { Registry } from "prom-client";

/** Has every figure that is shown to whoever reads the metrics. */
export const registry = new Registry();

/** For figures that belong to it. */
export const registers = [registry];

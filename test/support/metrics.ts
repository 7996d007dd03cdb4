/** The value of a metric, summed over all its labels that contain `labels`; 0 when it was never counted. */
export async function metricOf(url: string, name: string, labels = ""): Promise<number> {
  const response = await fetch(`${url}/metrics`);
  const lines = (await response.text()).split("\n");
  const own = lines.filter((line) => /^[^{ ]+/.exec(line)?.[0] === name && line.includes(labels));
  return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

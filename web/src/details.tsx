// What is true at the step under the cursor: its source, the values, who holds and waits for what.
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Line, Report, Run } from './data';
import { kMostValues, stateAt, valuesAt } from './data';
import { Panel, Rich, base } from './text';
import { WaitGraph } from './wait_graph';

const kContext = 6;

function SourceView({ report, line }: { report: Report; line: Line }) {
  const box = useRef<HTMLOListElement>(null);
  // A long line is read from its beginning.
  useLayoutEffect(() => { if (box.current) box.current.scrollLeft = 0; }, [line.file, line.line]);
  const source = line.file ? report.sources[line.file] : undefined;
  if (!source) return <p class="soft">Nothing of the program's own source is at this step.</p>;
  const near = source.lines.filter(([n]) => Math.abs(n - line.line) <= kContext);
  return (
    <>
      <p class="soft mono path">{line.file}:{line.line}</p>
      {source.note && <p>{source.note}</p>}
      {near.length > 0 && (
        <ol class="source mono" ref={box} tabIndex={0} aria-label={`Source of ${base(line.file)}`}>
          {near.map(([n, text]) => (
            <li key={n} class={n === line.line ? 'here' : ''} aria-current={n === line.line ? 'step' : undefined}>
              <span class="ln">{n === line.line ? '▸ ' : ''}{n}</span><bdi>{text || ' '}</bdi>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Values({ run, line }: { run: Run; line: Line }) {
  const values = valuesAt(run, line);
  if (values.length === 0) return <p class="soft">No value is known yet.</p>;
  return (
    <div class="values" tabIndex={0} role="region" aria-label="Table of values">
      <table>
        <thead><tr><th scope="col">Object</th><th scope="col">Value</th></tr></thead>
        <tbody>
          {values.map((v) => (
            <tr key={v.object} class={v.now ? 'now' : ''} aria-current={v.now ? 'step' : undefined}>
              <td>{v.now && <span aria-hidden="true">▸ </span>}<code>{run.objects[v.object]}</code></td>
              <td class="mono">
                {v.value}
                {v.was !== null && <span class="soft"> was {v.was}</span>}
                {v.sees !== null && <span class="soft"> this step: {v.sees}, an older one</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {values.length === kMostValues && <p class="soft">The {kMostValues} that were touched last.</p>}
    </div>
  );
}

interface Props { report: Report; run: Run; lines: Line[]; row: number; of: string; go: (row: number) => void }

export function Details({ report, run, lines, row, of, go }: Props) {
  const line = lines[row]!;
  const { held, waits } = stateAt(run, lines, row);
  return (
    <div class="details">
      <Panel label="The step" title={
        <>
          <h2>{of}step {row + 1} of {lines.length}</h2>
          <div class="group" role="group" aria-label="Step">
            <button onClick={() => go(row - 1)} aria-disabled={row === 0} aria-label="Previous step">← Back</button>
            <button onClick={() => go(row + 1)} aria-disabled={row + 1 >= lines.length} aria-label="Next step">Next →</button>
          </div>
        </>
      }>
        <p><b>{run.threads[line.thread]}</b> <Rich text={line.text} /></p>
        {(line.why || line.turn) && <p class={line.turn ? 'turning' : ''}>{line.turn && <b>Turning point{line.why ? ': ' : ''}</b>}<Rich text={line.why} /></p>}
        <SourceView report={report} line={line} />
      </Panel>
      <Panel label="Locks and waits" title={<h2>Locks and waits</h2>}><WaitGraph run={run} held={held} waits={waits} /></Panel>
      <Panel label="Values" title={<h2>Values</h2>}><Values run={run} line={line} /></Panel>
    </div>
  );
}

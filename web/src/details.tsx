// What is true at the step under the cursor: its source, the values, who waits for whom.
import type { Line, Report, Run } from './data';
import { valuesAt, waitsAt } from './data';
import { Panel, Rich, base } from './text';

export function SourceView({ report, line }: { report: Report; line: Line }) {
  const source = line.file ? report.sources[line.file] : undefined;
  if (!source) return <p class="soft">Nothing of the program's own source is at this step.</p>;
  const near = source.lines.filter(([n]) => Math.abs(n - line.line) <= 6);
  return (
    <>
      <p class="soft mono">{line.file}:{line.line}</p>
      {source.note && <p>{source.note}</p>}
      {near.length > 0 && (
        <ol class="source mono" tabIndex={0} aria-label={`Source of ${base(line.file)}`}>
          {near.map(([n, text]) => (
            <li key={n} class={n === line.line ? 'here' : ''} aria-current={n === line.line ? 'step' : undefined}>
              <span class="ln">{n}</span><span>{text || ' '}</span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

export function Values({ run, at }: { run: Run; at: number }) {
  const values = valuesAt(run, at);
  if (values.length === 0) return <p class="soft">No value is known yet.</p>;
  return (
    <div class="values" tabIndex={0} role="region" aria-label="Values">
      <table>
        <thead><tr><th scope="col">Object</th><th scope="col">Value</th></tr></thead>
        <tbody>
          {values.slice(0, 200).map((v) => (
            <tr key={v.name} class={v.now ? 'now' : ''}><td><code>{v.name}</code></td><td class="mono">{v.value}{v.now && <span class="sr"> (this step)</span>}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function WaitGraph({ run, at }: { run: Run; at: number }) {
  const waits = waitsAt(run, at);
  if (waits.length === 0) return <p class="soft">Nobody waits.</p>;
  const name = (t: number) => (t < 0 ? 'nobody' : run.threads[t]?.name ?? '?');
  // In a cycle: following the holders comes back.
  const next = new Map(waits.map((w) => [w.thread, w.holder]));
  const cyclic = (t: number) => {
    let at = next.get(t) ?? -1;
    for (let i = 0; i < waits.length && at >= 0; ++i) {
      if (at === t) return true;
      at = next.get(at) ?? -1;
    }
    return false;
  };
  const nodes = [...new Set(waits.flatMap((w) => (w.holder >= 0 ? [w.thread, w.holder] : [w.thread])))];
  const n = nodes.length, height = n > 2 ? 240 : 120;
  const at2 = (t: number) => {
    const i = nodes.indexOf(t);
    if (n === 1) return { x: 210, y: 60 };
    const angle = Math.PI + (2 * Math.PI * i) / n;
    return { x: 210 + 140 * Math.cos(angle), y: height / 2 + (height / 2 - 26) * Math.sin(angle) };
  };
  return (
    <>
      {n <= 12 && (
        <svg class="graph" viewBox={`0 0 420 ${height}`} role="img" aria-label="Wait-for graph; the list below says the same">
          <defs>
            <marker id="wait" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
              <path d="M0,0L8,4L0,8z" fill="var(--soft)" />
            </marker>
          </defs>
          {waits.filter((w) => w.holder >= 0).map((w, i) => {
            const a = at2(w.thread), b = at2(w.holder);
            const bad = cyclic(w.thread) ? ' bad' : '';
            if (w.thread === w.holder) return <path key={i} class={`edge${bad}`} marker-end="url(#wait)" d={`M${a.x - 16},${a.y - 16}C${a.x - 60},${a.y - 66} ${a.x + 60},${a.y - 66} ${a.x + 16},${a.y - 17}`} />;
            const dx = b.x - a.x, dy = b.y - a.y, length = Math.hypot(dx, dy);
            const ux = dx / length, uy = dy / length, px = -uy * 9, py = ux * 9;
            const gap = Math.min(62, 20 / Math.max(0.25, Math.abs(uy)));
            const mx = (a.x + b.x) / 2 + px * 3.2, my = (a.y + b.y) / 2 + py * 2.2;
            const label = run.objects[w.object] ?? 'its end';
            return (
              <g key={i}>
                <path class={`edge${bad}`} marker-end="url(#wait)" d={`M${a.x + ux * gap + px},${a.y + uy * gap + py}L${b.x - ux * gap + px},${b.y - uy * gap + py}`} />
                <text x={mx} y={my + 4} text-anchor="middle">{label.length > 22 ? `${label.slice(0, 21)}…` : label}</text>
              </g>
            );
          })}
          {nodes.map((t) => {
            const p = at2(t), label = name(t);
            return (
              <g key={t}>
                <rect class={`box${cyclic(t) ? ' bad' : ''}`} x={p.x - 52} y={p.y - 15} width="104" height="30" rx="7" />
                <text x={p.x} y={p.y + 4} text-anchor="middle">{label.length > 15 ? `${label.slice(0, 14)}…` : label}</text>
              </g>
            );
          })}
        </svg>
      )}
      <ul class="prose">
        {waits.map((w, i) => (
          <li key={i}>
            <b>{name(w.thread)}</b> waits{w.object >= 0 && <> for <code>{run.objects[w.object]}</code></>}
            {w.holder >= 0 ? <>{w.object >= 0 ? ', which ' : ' for '}<b>{name(w.holder)}</b>{w.object >= 0 ? ' holds' : ''}</> : ''}
            {w.never ? ' (for ever)' : ''}{cyclic(w.thread) ? ': a cycle' : ''}
          </li>
        ))}
      </ul>
    </>
  );
}

export function Details({ report, run, line, total, row }: { report: Report; run: Run; line: Line; total: number; row: number }) {
  const at = Math.min(line.event, run.events.length);
  return (
    <div class="details" aria-live="polite">
      <Panel title={`Step ${row + 1} of ${total}`}>
        <p><b>{run.threads[line.thread]?.name}</b> <Rich text={line.text} /></p>
        {(line.why || line.turn) && <p>{line.turn && <b>Turning point. </b>}<Rich text={line.why} /></p>}
        {line.folded && <p class="soft">Left out before it: {line.folded}.</p>}
        <SourceView report={report} line={line} />
      </Panel>
      <Panel title="Who waits for whom"><WaitGraph run={run} at={at} /></Panel>
      <Panel title="Values"><Values run={run} at={at} /></Panel>
    </div>
  );
}

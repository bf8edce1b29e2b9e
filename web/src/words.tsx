// The words of a report, complete without the picture.
import type { Bug, Place } from './data';
import { Diff, Rich, base } from './text';

function where(p: Place): string {
  return `${p.function ? `${p.function} at ` : ''}${p.file ? base(p.file) : '?'}:${p.line ?? '?'}`;
}

export function Words({ bug }: { bug: Bug }) {
  const causes = (bug.accesses?.length ?? 0) + (bug.waiting?.length ?? 0) + (bug.conditions?.length ?? 0) > 0 || bug.unordered;
  return (
    <div class="columns">
      <div class="prose">
        {causes && <h2>Why</h2>}
        {bug.accesses?.map((a, i) => (
          <div key={i}>
            <p><b>{a.thread}</b> <Rich text={a.action} />, {a.locks.length ? <>holding <Rich text={a.locks.map((l) => `\`${l}\``).join(', ')} /></> : 'holding no lock'}</p>
            <ul>{a.stack.slice(0, 8).map((p, k) => <li key={k} class="mono">{where(p)}</li>)}</ul>
          </div>
        ))}
        {bug.unordered && <p><Rich text={bug.unordered} /></p>}
        {bug.waiting && bug.waiting.length > 0 && <ul>{bug.waiting.map((w, i) => <li key={i}><b>{w.thread}</b>: <Rich text={w.why} /></li>)}</ul>}
        {bug.conditions && bug.conditions.length > 0 && (
          <>
            <p>All four conditions of a deadlock hold; without one of them there is none.</p>
            <table><tbody>{bug.conditions.map((c) => <tr key={c.name}><th scope="row">{c.name}</th><td><Rich text={c.evidence} /></td></tr>)}</tbody></table>
          </>
        )}
        {bug.counterfactual && <><h2>What would have to be otherwise</h2><p><Rich text={bug.counterfactual.text} /></p></>}
        {bug.stack.length > 0 && <><h2>Where</h2><ul>{bug.stack.slice(0, 12).map((s, i) => <li key={i} class="mono">{s}</li>)}</ul></>}
      </div>
      <div class="prose">
        {bug.fixes && bug.fixes.length > 0 && (
          <>
            <h2>What mends it</h2>
            <ol>
              {bug.fixes.map((f, i) => (
                <li key={i}>
                  <p><b>{f.title}.</b> <Rich text={f.how} /> {f.breaks && <>Breaks: {f.breaks}. </>}{f.cost && <span class="soft">Cost: {f.cost}</span>}</p>
                  {f.diff && <Diff text={f.diff} />}
                </li>
              ))}
            </ol>
          </>
        )}
        {bug.output && <><h2>The program's output in this execution</h2><pre tabIndex={0} aria-label="Output">{bug.output}</pre></>}
      </div>
    </div>
  );
}

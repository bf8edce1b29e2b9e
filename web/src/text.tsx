// Text of the report: what stands between backquotes is code.
import type { ComponentChildren } from 'preact';

export function Rich({ text }: { text: string }) {
  const parts = text.split('`');
  // An unpaired one is a character like any other.
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((p, i) => (i % 2 ? <code key={i}>{p}</code> : p))}</>;
}

export function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function Diff({ text }: { text: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre tabIndex={0} aria-label="Proposed change">
      {lines.map((l, i) => {
        const sign = l.startsWith('+++') || l.startsWith('---') ? '' : l[0] === '+' ? 'add' : l[0] === '-' ? 'del' : '';
        return <span key={i} class={sign}>{l || ' '}</span>;
      })}
    </pre>
  );
}

export function Panel({ title, children }: { title: string; children: ComponentChildren }) {
  return <section class="panel"><h3>{title}</h3>{children}</section>;
}

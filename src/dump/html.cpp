// One page without scripts and without anything from elsewhere.
#include <fmt/format.h>

#include <map>

#include "dump/forms.h"
#include "names/text.h"

namespace lockstep::dump {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--dim:#5b6570;--line:#d5dae0;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--fg:#e6e9ec;--bg:#14171a;--dim:#98a2ad;--line:#343a40;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);margin:2rem auto;max-width:70rem;padding:0 1rem}
h1{font-size:1.25rem}h2{font-size:1.05rem;margin-top:2rem}.bad{color:var(--bad)}.dim{color:var(--dim)}
code,td.f{font-family:ui-monospace,monospace;font-size:.92em}details{border-top:1px solid var(--line);padding:.4rem 0}
summary{cursor:pointer}table{border-collapse:collapse;margin:.3rem 0 .5rem 1.2rem}td{padding:0 1.2rem 0 0;vertical-align:top}
ol.cycle li{margin:.2rem 0})";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : report::printable(report::valid_utf8(text))) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string thread_html(const Picture& p, const Thread& t) {
  std::string out = fmt::format(
      "<details{}><summary><b>{}</b> <span class=\"dim\">{}</span> {}", t.state == "deadlocked" ? " open" : "",
      escaped(t.name), t.loop == 0 ? std::to_string(t.tid) : "", t.wait ? escaped(wait_text(p, t)) : escaped(t.state));
  if (t.wait && !t.wait->detail.empty())
    out += fmt::format(" <span class=\"dim\">({})</span>", escaped(t.wait->detail));
  out += "</summary>\n";
  if (t.wait && t.wait->taken) {
    const Place& at = *t.wait->taken;
    out += fmt::format("<p class=\"dim\">taken {}in <code>{}</code>{}</p>\n", t.wait->taken_certain ? "" : "probably ",
                       escaped(at.function),
                       at.line > 0 ? fmt::format(" at {}:{}", escaped(names::base_name(at.file)), at.line) : "");
  }
  if (!t.doing.empty()) out += fmt::format("<p><code>{}</code></p>\n", escaped(t.doing));
  out += "<table>\n";
  for (const StackFrame& f : t.stack) {
    if (f.started) out += "<tr><td class=\"dim\">started by</td><td></td></tr>\n";
    const std::string where = f.line > 0 ? fmt::format("{}:{}", names::base_name(f.file), f.line)
                                         : fmt::format("{}+{:#x}", f.module, f.address);
    out +=
        fmt::format("<tr{}><td class=\"f\">{}</td><td class=\"dim\">{}</td></tr>\n", f.library ? " class=\"dim\"" : "",
                    escaped(f.function.empty() ? "?" : f.function), escaped(where));
  }
  return out + "</table></details>\n";
}

}  // namespace

std::string to_html(const Picture& p) {
  const std::string title = p.program.empty() ? p.source : fmt::format("{} ({})", p.program, p.pid);
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{}</title><style>{}</style></head><body>\n",
      escaped("lockstep dump: " + title), kStyle);
  out += fmt::format("<h1{}>{}</h1>\n<p class=\"dim\">{}, {}</p>\n", p.deadlocked ? " class=\"bad\"" : "",
                     escaped(p.summary), escaped(title), count_text(p, p.threads.size() - p.tasks, p.tasks));
  for (const auto& cycle : p.cycles) {
    out += "<h2>Cycle</h2><ol class=\"cycle\">\n";
    for (const int tid : cycle) {
      const Thread* t = p.thread(tid);
      out += fmt::format("<li><b>{}</b> {}</li>\n", escaped(t->name), escaped(wait_text(p, *t)));
    }
    out += "</ol>\n";
  }
  for (const char* state : {"deadlocked", "blocked", "waiting", "running", "idle", "ended"}) {
    std::string section;
    for (const Thread& t : p.threads) {
      if (t.state == state) section += thread_html(p, t);
    }
    if (!section.empty()) out += fmt::format("<h2>{}</h2>\n{}", state, section);
  }
  return out + "</body></html>\n";
}

}  // namespace lockstep::dump

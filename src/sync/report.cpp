#include "lockstep/sync/report.h"

#include <algorithm>
#include <cstdio>

#include "sync/diagnostics.h"

namespace lockstep::sync {

std::vector<lock_statistics> report() {
  using namespace internal;
  Diagnostics& d = Diagnostics::get();
  std::lock_guard guard(d.mutex);
  Diagnostics all;
  all.totals = d.totals;
  std::unordered_map<const void*, std::uint32_t> holders;
  for (thread_record* r : d.records) {
    for (const chain& entry : r->chains) all.fold(entry);
    // What the outermost lock's chain does not count yet. A lock without an entry has ended, or is not known any more.
    auto outer = all.totals.find(r->held[1].lock.load(std::memory_order_relaxed));
    if (outer != all.totals.end())
      outer->second.acquisitions += r->outer.load(std::memory_order_relaxed) / thread_record::kOnce;
    std::uint32_t depth = r->depth(std::memory_order_acquire);
    for (std::uint32_t i = 1; i <= depth; ++i) holders[r->held[i].lock.load(std::memory_order_relaxed)] = r->thread;
  }
  std::vector<lock_statistics> result;
  for (const auto& [lock, t] : all.totals) {
    auto name = d.names.find(lock);
    auto holder = holders.find(lock);
    result.push_back({lock, t.kind, name == d.names.end() ? std::string() : name->second.text, t.acquisitions, t.waits,
                      std::chrono::nanoseconds(t.longest_wait), std::chrono::nanoseconds(t.longest_hold),
                      holder == holders.end() ? 0 : holder->second});
  }
  std::sort(result.begin(), result.end(), [](const lock_statistics& a, const lock_statistics& b) {
    return std::tuple(b.waits, b.acquisitions, a.lock) < std::tuple(a.waits, a.acquisitions, b.lock);
  });
  return result;
}

std::string report_text() {
  std::string text = "acquisitions        waits  longest wait  longest hold    holder  lock\n";
  for (const lock_statistics& l : report()) {
    char line[256];
    std::snprintf(line, sizeof line, "%12llu %12llu %10.3f ms %10.3f ms %9u  %s ",
                  static_cast<unsigned long long>(l.acquisitions), static_cast<unsigned long long>(l.waits),
                  static_cast<double>(l.longest_wait.count()) / 1e6, static_cast<double>(l.longest_hold.count()) / 1e6,
                  l.holder, l.kind.c_str());
    text += line;
    if (!l.name.empty()) text += "`" + l.name + "` ";
    std::snprintf(line, sizeof line, "(%p)\n", l.lock);
    text += line;
  }
  return text;
}

}  // namespace lockstep::sync

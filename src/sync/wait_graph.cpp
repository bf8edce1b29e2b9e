#include "lockstep/sync/wait_graph.h"

#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "sync/diagnostics.h"

namespace lockstep::sync {
namespace {

using namespace internal;

std::string name_of_thread(std::uint32_t number) {
  char path[64], name[32] = "";
  std::snprintf(path, sizeof path, "/proc/self/task/%u/comm", number);
  if (FILE* file = std::fopen(path, "re")) {
    if (!std::fgets(name, sizeof name, file)) name[0] = 0;
    std::fclose(file);
  }
  std::string text = name;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

wait_graph::place make_place(const Diagnostics& d, const void* object, const char* kind, const stack_trace& stack) {
  wait_graph::place p{object, kind ? kind : "", {}, {stack.frames, stack.frames + stack.depth}};
  if (auto named = d.names.find(object); named != d.names.end()) {
    p.kind = named->second.kind;
    p.name = named->second.text;
  }
  return p;
}

// Circles: from each thread along "waits for something that … holds". Each is found once, beginning with its least
// number.
void find_cycles(wait_graph& graph) {
  std::map<const void*, std::vector<std::uint32_t>> holders;
  std::map<std::uint32_t, const void*> waits;
  for (const wait_graph::thread& t : graph.threads) {
    for (const wait_graph::place& p : t.holds) holders[p.object].push_back(t.number);
    for (const wait_graph::place& p : t.waits) waits[t.number] = p.object;
  }
  for (const auto& [first, object] : waits) {
    std::vector<std::uint32_t> path;
    std::set<std::uint32_t> seen;
    auto search = [&, first = first](auto& self, std::uint32_t at) -> bool {
      path.push_back(at);
      auto wanted = waits.find(at);
      if (wanted != waits.end()) {
        for (std::uint32_t next : holders[wanted->second]) {
          if (next == first) return true;
          if (next > first && seen.insert(next).second && self(self, next)) return true;
        }
      }
      path.pop_back();
      return false;
    };
    if (search(search, first)) graph.cycles.push_back(path);
  }
}

std::string describe(const wait_graph::place& p) {
  char address[32];
  std::snprintf(address, sizeof address, "(%p)", p.object);
  std::string text = p.kind.empty() ? "object" : p.kind;
  if (!p.name.empty()) text += " `" + p.name + "`";
  return text + " " + address;
}
std::string describe(const wait_graph::thread& t) {
  std::string text = "thread " + std::to_string(t.number);
  return t.name.empty() ? text : text + " (" + t.name + ")";
}
std::string stack_text(const std::vector<void*>& stack) {
  std::string text;
  char** symbols = backtrace_symbols(stack.data(), static_cast<int>(stack.size()));
  for (std::size_t i = 0; symbols && i < stack.size(); ++i) text += std::string("      ") + symbols[i] + "\n";
  std::free(symbols);
  return text;
}
// For JSON and DOT alike: both take \" and \\.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      result += code;
    } else {
      result += c;
    }
  }
  return result + "\"";
}
std::string json(const wait_graph::place& p) {
  char address[32];
  std::snprintf(address, sizeof address, "%p", p.object);
  std::string text = "{\"object\":" + quoted(address) + ",\"kind\":" + quoted(p.kind) + ",\"name\":" + quoted(p.name);
  text += ",\"stack\":[";
  char** symbols = backtrace_symbols(p.stack.data(), static_cast<int>(p.stack.size()));
  for (std::size_t i = 0; symbols && i < p.stack.size(); ++i) text += (i ? "," : "") + quoted(symbols[i]);
  std::free(symbols);
  return text + "]}";
}
template <class T, class F>
std::string list(const std::vector<T>& items, F&& item) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i ? "," : "") + item(items[i]);
  return text + "]";
}

}  // namespace

std::string wait_graph::to_text() const {
  std::string text;
  auto find = [&](std::uint32_t number) {
    return std::find_if(threads.begin(), threads.end(), [&](const thread& t) { return t.number == number; });
  };
  for (const auto& cycle : cycles) {
    text += "deadlock:";
    for (std::uint32_t number : cycle) text += " " + describe(*find(number)) + " waits for";
    text += " " + describe(*find(cycle.front())) + "\n";
  }
  for (const thread& t : threads) {
    text += describe(t) + "\n";
    for (const place& p : t.holds) text += "  holds " + describe(p) + ", taken at\n" + stack_text(p.stack);
    for (const place& p : t.waits) text += "  waits for " + describe(p) + "\n" + stack_text(p.stack);
  }
  for (const void* object : waiting_coroutines)
    text += "a coroutine waits for " + describe({object, {}, {}, {}}) + "\n";
  return text;
}

std::string wait_graph::to_dot() const {
  std::string text = "digraph waits {\n";
  for (const thread& t : threads) {
    std::string from = quoted(describe(t));
    text += "  " + from + " [shape=ellipse];\n";
    for (const place& p : t.holds) text += "  " + quoted(describe(p)) + " -> " + from + " [label=\"held by\"];\n";
    for (const place& p : t.waits) text += "  " + from + " -> " + quoted(describe(p)) + " [label=\"waits for\"];\n";
  }
  return text + "}\n";
}

std::string wait_graph::to_json() const {
  std::string text = "{\"threads\":" + list(threads, [](const thread& t) {
                       return "{\"number\":" + std::to_string(t.number) + ",\"name\":" + quoted(t.name) +
                              ",\"holds\":" + list(t.holds, [](const place& p) { return json(p); }) +
                              ",\"waits\":" + list(t.waits, [](const place& p) { return json(p); }) + "}";
                     });
  text += ",\"cycles\":" + list(cycles, [](const std::vector<std::uint32_t>& cycle) {
            return list(cycle, [](std::uint32_t number) { return std::to_string(number); });
          });
  return text + ",\"waiting_coroutines\":" + std::to_string(waiting_coroutines.size()) + "}\n";
}

namespace internal {

wait_graph make_wait_graph(const std::vector<queued_wait>& waits) {
  wait_graph graph;
  Diagnostics& d = Diagnostics::get();
  {
    std::lock_guard guard(d.mutex);
    std::map<std::uint32_t, wait_graph::thread> threads;
    std::map<const void*, const char*> kinds;
    for (thread_record* r : d.records) {
      std::lock_guard of_record(r->mutex);
      std::uint32_t depth = r->depth(std::memory_order_acquire);
      for (std::uint32_t i = 1; i <= depth; ++i) {
        const void* lock = r->held[i].lock.load(std::memory_order_relaxed);
        const chain& entry = r->chain_of(r->held[i].key.load(std::memory_order_relaxed));
        bool known = entry.lock.load(std::memory_order_relaxed) == lock;
        const char* kind = known ? entry.kind.load(std::memory_order_relaxed) : nullptr;
        kinds[lock] = kind;
        threads[r->thread].holds.push_back(make_place(d, lock, kind, known ? entry.stack : stack_trace{}));
      }
    }
    for (const queued_wait& w : waits) {
      auto kind = kinds.find(w.object);
      if (w.thread == 0)
        graph.waiting_coroutines.push_back(w.object);
      else
        threads[w.thread].waits = {make_place(d, w.object, kind == kinds.end() ? nullptr : kind->second, w.stack)};
    }
    for (auto& [number, t] : threads) {
      t.number = number;
      graph.threads.push_back(std::move(t));
    }
  }
  for (wait_graph::thread& t : graph.threads) t.name = name_of_thread(t.number);
  find_cycles(graph);
  return graph;
}

class watchdog_thread {
 public:
  watchdog_thread(wait_graph (*look)(), std::function<void(const wait_graph&)> handler)
      : thread_([this, look, handler = std::move(handler)](const std::stop_token& stop) { run(stop, look, handler); }) {
    want_wait_stacks.store(true, std::memory_order_relaxed);
  }

 private:
  void run(const std::stop_token& stop, wait_graph (*look)(), const std::function<void(const wait_graph&)>& handler) {
    using cycle = std::vector<std::uint32_t>;
    std::set<cycle> last, told;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wait_graph graph = look();
      // A thread may have got on between two buckets, so a circle counts when it is still there.
      bool tell = false;
      std::set<cycle> now(graph.cycles.begin(), graph.cycles.end());
      for (const cycle& c : now) tell |= last.count(c) != 0 && told.insert(c).second;
      if (tell) {
        if (handler) {
          handler(graph);
        } else {
          std::string text = "lockstep::sync: " + graph.to_text();
          static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
        }
      }
      last = std::move(now);
      wake_.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
    }
  }
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

void watchdog_deleter::operator()(watchdog_thread* w) const noexcept { delete w; }

watchdog_pointer start_watchdog(wait_graph (*look)(), std::function<void(const wait_graph&)> handler) {
  return watchdog_pointer(new watchdog_thread(look, std::move(handler)));
}

}  // namespace internal
}  // namespace lockstep::sync

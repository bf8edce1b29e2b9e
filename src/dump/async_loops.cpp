#include "dump/async_loops.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "dump/snapshot.h"
#include "lockstep/async/internal/layout.h"
#include "lockstep/sync/lock_holders.h"

namespace lockstep::dump {
namespace {

namespace async = lockstep::async::internal;
using Layout = async::layout;
using Clock = std::chrono::steady_clock;

// What a program can have; more is damage, or too much to show.
constexpr std::size_t kMostTasks = 100'000, kMostContexts = 200'000, kMostChain = 1'000, kMostFrames = 2'000'000,
                      kLongestFile = 512;
constexpr std::uint32_t kMostSlots = 65'536, kMostOffset = 65'536;

// Memory by pages, each read once: what lies together costs one system call.
class Pages {
 public:
  explicit Pages(const Memory& memory) : memory_(memory) {}

  bool read(std::uint64_t address, void* into, std::size_t size) {
    auto* out = static_cast<std::byte*>(into);
    while (size > 0) {
      const std::uint64_t base = address & ~(kPage - 1);
      const std::size_t at = address - base, part = std::min<std::size_t>(size, kPage - at);
      const Page& page = page_at(base);
      if (!page.there) return memory_.read(address, out, size);  // a core may end within a page
      std::memcpy(out, page.bytes.data() + at, part);
      out += part;
      address += part;
      size -= part;
    }
    return true;
  }
  template <typename T>
  T value(std::uint64_t address) {
    T out{};
    return read(address, &out, sizeof out) ? out : T{};
  }
  std::string text(std::uint64_t address) {
    std::string out;
    for (char c = 0; out.size() < kLongestFile && read(address + out.size(), &c, 1) && c != 0;) out += c;
    return out;
  }
  void forget() {
    last_ = nullptr;
    pages_.clear();
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  struct Page {
    bool there = false;
    std::array<std::byte, kPage> bytes;
  };
  const Page& page_at(std::uint64_t base) {
    if (last_ && last_base_ == base) return *last_;
    const auto [it, fresh] = pages_.try_emplace(base);
    if (fresh) it->second.there = memory_.read(base, it->second.bytes.data(), kPage);
    last_base_ = base;
    last_ = &it->second;
    return it->second;
  }

  const Memory& memory_;
  std::unordered_map<std::uint64_t, Page> pages_;
  std::uint64_t last_base_ = 0;  // what was asked for last is asked for again
  const Page* last_ = nullptr;
};

// Where the layouts lie: those of the program and of its libraries.
std::vector<std::uint64_t> layouts_of(const Snapshot& snapshot, Pages& pages) {
  std::vector<std::uint64_t> out;
  for (const Mapping& m : snapshot.mappings) {
    Elf64_Ehdr header;
    if (m.offset != 0 || m.file.empty() || m.path.starts_with("/dev/") || !pages.read(m.low, &header, sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(Elf64_Phdr)) {
      continue;
    }
    std::vector<Elf64_Phdr> programs(std::min<std::size_t>(header.e_phnum, 64));
    if (!pages.read(m.low + header.e_phoff, programs.data(), programs.size() * sizeof(Elf64_Phdr))) continue;
    std::uint64_t bias = 0;
    if (header.e_type != ET_EXEC) {
      constexpr std::uint64_t kPageMask = ~std::uint64_t{4095};
      const auto first = std::find_if(programs.begin(), programs.end(), [](auto& p) { return p.p_type == PT_LOAD; });
      if (first == programs.end()) continue;
      bias = m.low - (first->p_vaddr & kPageMask);
    }
    for (const Elf64_Phdr& p : programs) {
      constexpr std::uint64_t kMostNotes = 65'536;
      if (p.p_type != PT_NOTE || p.p_filesz > kMostNotes) continue;
      const std::uint64_t align = p.p_align == 8 ? 8 : 4;
      const auto padded = [&](std::uint64_t n) { return (n + align - 1) & ~(align - 1); };
      for (std::uint64_t at = bias + p.p_vaddr, end = at + p.p_filesz; at + sizeof(Elf64_Nhdr) <= end;) {
        const auto note = pages.value<Elf64_Nhdr>(at);
        const std::uint64_t body = at + padded(sizeof note + note.n_namesz);
        constexpr std::string_view kOwner("Lockstep\0", 9);
        std::array<char, kOwner.size()> owner{};
        if (note.n_type == 1 && note.n_descsz == 8 && note.n_namesz == kOwner.size() &&
            pages.read(at + sizeof note, owner.data(), owner.size()) &&
            std::string_view(owner.data(), owner.size()) == kOwner) {
          out.push_back(body + pages.value<std::uint64_t>(body));
        }
        at = padded(body - at + note.n_descsz) + at;
      }
    }
  }
  return out;
}

bool sane(const Layout& l) {
  const std::uint32_t* first = &l.loop_root;
  const std::uint32_t* last = &l.promise_completion_bit;
  return l.magic == Layout::kMagic && l.loop_count <= kMostSlots && l.lock_holder_count <= kMostSlots &&
         std::all_of(first, last + 1, [](std::uint32_t offset) { return offset <= kMostOffset; });
}

class Walker {
 public:
  Walker(Pages& pages, const Layout& layout, Clock::time_point deadline, AsyncState* state)
      : pages_(pages), l_(layout), deadline_(deadline), state_(*state) {}

  std::optional<AsyncLoop> loop(std::uint64_t address);
  std::map<std::uint64_t, std::uint64_t> holders();
  bool late() const { return late_; }

 private:
  static bool pointer(std::uint64_t p) { return p != 0 && p % sizeof(void*) == 0; }
  std::uint64_t word(std::uint64_t at) { return pages_.value<std::uint64_t>(at); }
  bool flag(std::uint64_t at) { return pages_.value<std::uint8_t>(at) != 0; }

  static void mark_moved(const std::vector<AsyncTask>& before, std::vector<AsyncTask>* tasks);
  void context(std::uint64_t address, AsyncLoop* out);
  void tasks_of(std::uint64_t context, AsyncLoop* out);
  AsyncTask task(std::uint64_t node);
  AsyncFrame frame(std::uint64_t promise);
  // The promise that awaits this one; 0 where a task begins.
  std::uint64_t next(std::uint64_t promise) {
    const std::uint64_t continuation = word(promise + l_.promise_continuation);
    return (continuation & l_.promise_completion_bit) != 0 || !pointer(continuation) ? 0 : continuation;
  }
  bool out_of_time() {
    // The clock is asked now and then.
    if (++steps_ % 64 == 0) late_ |= Clock::now() > deadline_;
    return late_;
  }

  Pages& pages_;
  const Layout& l_;
  Clock::time_point deadline_;
  AsyncState& state_;
  std::unordered_map<std::uint64_t, std::string_view> files_;
  std::size_t steps_ = 0, frames_ = 0;
  bool late_ = false;
};

AsyncFrame Walker::frame(std::uint64_t promise) {
  late_ |= ++frames_ > kMostFrames;
  AsyncFrame f;
  f.promise = promise;
  f.code = word(promise - l_.promise_in_frame);
  f.context = word(promise + l_.promise_context);
  constexpr std::uint8_t kError = 2;  // then an exception stands where the file was
  if (pages_.value<std::uint8_t>(promise + l_.promise_holds) != kError) {
    const std::uint64_t file = word(promise + l_.promise_file);
    const auto [it, fresh] = files_.try_emplace(file);
    if (fresh && file != 0) it->second = *state_.files.insert(pages_.text(file)).first;
    f.file = it->second;
    f.line = static_cast<int>(pages_.value<std::uint32_t>(promise + l_.promise_line));
  }
  return f;
}

AsyncTask Walker::task(std::uint64_t node) {
  AsyncTask t;
  t.node = node;
  t.kind = pages_.value<std::uint8_t>(node + l_.node_kind);
  t.cancelled = flag(node + l_.node_cancelled);
  t.cancellable = !flag(node + l_.node_shielded);
  if (const auto at = pages_.value<std::uint8_t>(node + l_.node_subject_at); at != 0) t.subject = word(node + at);
  std::uint64_t promise = word(node + l_.node_waiter);
  while (pointer(promise) && t.chain.size() < kMostChain && !out_of_time()) {
    t.chain.push_back(frame(promise));
    promise = next(promise);
  }
  return t;
}

void Walker::tasks_of(std::uint64_t context, AsyncLoop* out) {
  const std::uint64_t head = context + l_.context_waiting;
  std::uint64_t before = head;
  for (std::uint64_t link = word(head + l_.link_next); link != head; link = word(link + l_.link_next)) {
    if (out->tasks.size() >= kMostTasks) {
      out->cut = true;
      return;
    }
    // A link that does not lead back is torn, or no link: the rest of the list cannot be trusted.
    if (!pointer(link) || word(link + l_.link_previous) != before || out_of_time()) {
      out->whole = false;
      return;
    }
    AsyncTask t = task(link - l_.node_link);
    if (!t.chain.empty()) out->tasks.push_back(std::move(t));
    before = link;
  }
}

void Walker::context(std::uint64_t root, AsyncLoop* out) {
  std::vector<std::uint64_t> left = {root};
  while (!left.empty()) {
    const std::uint64_t address = left.back();
    left.pop_back();
    if (!pointer(address) || out->contexts.count(address) > 0) continue;
    if (out->contexts.size() >= kMostContexts || out_of_time()) {
      out->whole = false;
      return;
    }
    AsyncContext c;
    c.address = address;
    c.parent = word(address + l_.context_parent);
    c.owner = word(address + l_.context_owner);
    c.kind = pages_.value<std::uint8_t>(address + l_.context_kind);
    c.shielded = flag(address + l_.context_shielded);
    out->contexts.emplace(address, c);
    tasks_of(address, out);
    for (std::uint64_t p = c.owner; pointer(p) && out->owners.size() < kMostContexts && out->owners.count(p) == 0;) {
      out->owners.emplace(p, frame(p));
      p = out->awaited_by[p] = next(p);
    }
    left.push_back(word(address + l_.context_next));
    left.push_back(word(address + l_.context_first_child));
  }
}

std::optional<AsyncLoop> Walker::loop(std::uint64_t address) {
  // A loop that goes on while it is looked at counts what it resumes; a few times it is looked at again.
  std::vector<AsyncTask> before;
  for (int attempt = 0;; ++attempt) {
    AsyncLoop out;
    out.address = address;
    out.inner_tid = pages_.value<int>(address + l_.loop_thread);
    out.asleep = !flag(address + l_.loop_running);
    out.has_stop = word(address + l_.loop_stop) != 0;
    out.remote_waits = pages_.value<int>(address + l_.loop_remote_waits);
    if (flag(address + l_.loop_virtual_time)) {
      out.virtual_now = pages_.value<std::int64_t>(address + l_.loop_virtual_now);
    }
    if (out.inner_tid <= 0) return std::nullopt;
    const std::uint64_t resumed = word(address + l_.loop_resumed);
    context(address + l_.loop_root, &out);
    pages_.forget();
    const bool same = word(address + l_.loop_resumed) == resumed && flag(address + l_.loop_running) != out.asleep;
    constexpr int kAttempts = 3;
    out.whole &= same && !late_;
    if (same || late_) return out;
    if (attempt + 1 == kAttempts) {
      mark_moved(before, &out.tasks);
      return out;
    }
    before = std::move(out.tasks);
  }
}

// Of a loop that goes round, only what two looks have seen alike can be stuck.
void Walker::mark_moved(const std::vector<AsyncTask>& before, std::vector<AsyncTask>* tasks) {
  std::map<std::uint64_t, const AsyncTask*> known;
  for (const AsyncTask& t : before) known[t.node] = &t;
  for (AsyncTask& t : *tasks) {
    const auto it = known.find(t.node);
    t.moved = it == known.end() || it->second->kind != t.kind || it->second->subject != t.subject ||
              it->second->chain.size() != t.chain.size() || it->second->chain.back().promise != t.chain.back().promise;
  }
}

std::map<std::uint64_t, std::uint64_t> Walker::holders() {
  struct Slot {
    std::uint64_t mutex, task, mark;
  };
  static_assert(sizeof(Slot) == sizeof(sync::internal::lock_holder));
  std::vector<Slot> slots(l_.lock_holder_count);
  std::map<std::uint64_t, std::uint64_t> out;
  if (!pages_.read(reinterpret_cast<std::uint64_t>(l_.lock_holders), slots.data(), slots.size() * sizeof(Slot))) {
    return out;
  }
  for (const Slot& s : slots) {
    if (s.mutex == 0 || !pointer(s.task)) continue;
    if (pages_.value<std::uint16_t>(s.task + l_.promise_mark) == s.mark) out[s.mutex] = s.task;
  }
  return out;
}

}  // namespace

AsyncState read_async(const Snapshot& snapshot, Clock::duration limit) {
  AsyncState out;
  Pages pages(snapshot.memory);
  const auto deadline = Clock::now() + limit;
  std::set<std::uint64_t> seen;
  for (const std::uint64_t at : layouts_of(snapshot, pages)) {
    const auto layout = pages.value<Layout>(at);
    if (!seen.insert(at).second || layout.magic != Layout::kMagic) continue;
    if (layout.version != Layout::kVersion || layout.size < sizeof(Layout) || !sane(layout)) {
      out.notes.push_back(
          fmt::format("tasks of lockstep::async are not shown: the program's layout is of version {}, this lockstep "
                      "knows version {}",
                      layout.version, Layout::kVersion));
      continue;
    }
    if (const auto tid = pages.value<std::uint32_t>(reinterpret_cast<std::uint64_t>(layout.watchdog_thread))) {
      out.watchdogs.push_back(tid);
    }
    Walker walker(pages, layout, deadline, &out);
    for (std::uint32_t i = 0; i < layout.loop_count; ++i) {
      const auto loop = pages.value<std::uint64_t>(reinterpret_cast<std::uint64_t>(layout.loops) + i * sizeof(void*));
      if (loop == 0 || loop % sizeof(void*) != 0) continue;
      if (auto found = walker.loop(loop)) out.loops.push_back(std::move(*found));
    }
    out.lock_holders.merge(walker.holders());
    if (walker.late()) out.complete = false;
  }
  if (!out.complete) {
    out.notes.emplace_back("there was no time to read all tasks of lockstep::async: the rest is not shown");
  }
  for (const AsyncLoop& l : out.loops) {
    if (l.cut) {
      out.notes.push_back(
          fmt::format("of the tasks on the loop of thread {} the first {} are shown", l.inner_tid, kMostTasks));
    }
    if (!l.whole && out.complete) {
      out.notes.push_back(fmt::format(
          "the loop of thread {} went on while it was looked at: some of its tasks may be missing", l.inner_tid));
    }
  }
  return out;
}

}  // namespace lockstep::dump

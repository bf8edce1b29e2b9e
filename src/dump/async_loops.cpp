#include "dump/async_loops.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
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

// Memory by pages, each read once: what lies together costs one system call. As it is now: a loop's thread need not stand
// still, and a copy of its stack, where the loop may lie, would hide that it goes on.
class Pages {
 public:
  explicit Pages(const Memory& memory) : memory_(memory) {}

  bool read(std::uint64_t address, void* into, std::size_t size) {
    auto* out = static_cast<std::byte*>(into);
    while (size > 0) {
      const std::uint64_t base = address & ~(kPage - 1);
      const std::size_t at = address - base, part = std::min<std::size_t>(size, kPage - at);
      const Page& page = page_at(base);
      if (!page.there) return memory_.read_now(address, out, size);  // a core may end within a page
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
    if (fresh) it->second.there = memory_.read_now(base, it->second.bytes.data(), kPage);
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
  const std::uint32_t* last = &l.node_number;
  return l.magic == Layout::kMagic && l.loop_count <= kMostSlots && l.lock_holder_count <= kMostSlots &&
         std::all_of(first, last + 1, [](std::uint32_t offset) { return offset <= kMostOffset; });
}

class Walker {
 public:
  Walker(Pages& pages, const Layout& layout, Clock::time_point deadline, AsyncState* state)
      : pages_(pages), l_(layout), deadline_(deadline), state_(*state) {}

  // In this order: of each loop, of them all at once, of those that may have gone on.
  void first_look(std::uint64_t loop, const std::set<int>& standing);
  void at_that_moment();
  void last_look();
  bool late() const { return late_; }

 private:
  // By which a loop shows whether it goes on.
  struct Pulse {
    std::uint64_t resumed = 0;
    bool asleep = false;
    bool operator==(const Pulse&) const = default;
  };
  struct Seen {
    AsyncLoop loop;
    Pulse before;
    bool stands = false;
  };
  static bool pointer(std::uint64_t p) { return p != 0 && p % sizeof(void*) == 0; }
  std::uint64_t word(std::uint64_t at) { return pages_.value<std::uint64_t>(at); }
  bool flag(std::uint64_t at) { return pages_.value<std::uint8_t>(at) != 0; }

  Pulse pulse(std::uint64_t loop);
  AsyncLoop look(std::uint64_t loop);
  void holders();
  static void mark_moved(const std::vector<AsyncTask>& again, std::vector<AsyncTask>* tasks);
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
  std::vector<Seen> seen_;
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
  t.number = pages_.value<std::uint32_t>(node + l_.node_number);
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

Walker::Pulse Walker::pulse(std::uint64_t loop) {
  Pulse p;
  p.resumed = word(loop + l_.loop_resumed);
  // Other threads give it something to do by the word that says that it sleeps.
  constexpr std::uint64_t kAsleep = 1;
  p.asleep = !flag(loop + l_.loop_running) && word(loop + l_.loop_remote) == kAsleep;
  return p;
}

AsyncLoop Walker::look(std::uint64_t address) {
  AsyncLoop out;
  out.address = address;
  out.inner_tid = pages_.value<int>(address + l_.loop_thread);
  out.asleep = pulse(address).asleep;
  out.has_stop = word(address + l_.loop_stop) != 0;
  out.remote_waits = pages_.value<int>(address + l_.loop_remote_waits);
  if (flag(address + l_.loop_virtual_time)) {
    out.virtual_now = pages_.value<std::int64_t>(address + l_.loop_virtual_now);
  }
  context(address + l_.loop_root, &out);
  return out;
}

void Walker::first_look(std::uint64_t address, const std::set<int>& standing) {
  const int tid = pages_.value<int>(address + l_.loop_thread);
  if (tid <= 0) return;
  Seen seen;
  seen.stands = standing.count(tid) > 0;
  // One that goes on while it is looked at is looked at again, a few times.
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (!seen.stands) pages_.forget();
    seen.before = pulse(address);
    seen.loop = look(address);
    if (seen.stands || late_) break;
    pages_.forget();
    if (pulse(address) == seen.before && seen.loop.whole) break;
  }
  seen_.push_back(std::move(seen));
}

void Walker::at_that_moment() {
  pages_.forget();
  holders();
  for (Seen& s : seen_) {
    for (const AsyncTask& t : s.loop.tasks) {
      constexpr std::size_t kWord = 16;
      if (t.kind != static_cast<std::uint8_t>(async::wait_kind::mutex) || state_.words.count(t.subject) > 0) continue;
      std::vector<std::byte> bytes(kWord);
      if (pages_.read(t.subject, bytes.data(), bytes.size())) state_.words.emplace(t.subject, std::move(bytes));
    }
  }
}

void Walker::last_look() {
  for (Seen& s : seen_) {
    const std::uint64_t address = s.loop.address;
    if (!s.stands) {
      pages_.forget();
      const Pulse now = pulse(address);
      const bool slept = s.before.asleep && now == s.before;
      if (!slept) {
        mark_moved(look(address).tasks, &s.loop.tasks);
        s.loop.asleep = false;
        s.loop.whole &= now.resumed == s.before.resumed;
      }
    }
    s.loop.whole &= !late_;
    // Of tasks that are not known anything may come.
    s.loop.asleep &= s.loop.whole;
    state_.loops.push_back(std::move(s.loop));
  }
}

// Only what two looks have seen in the same wait has been in it all the time.
void Walker::mark_moved(const std::vector<AsyncTask>& again, std::vector<AsyncTask>* tasks) {
  std::unordered_map<std::uint64_t, const AsyncTask*> later;
  for (const AsyncTask& t : again) later[t.node] = &t;
  for (AsyncTask& t : *tasks) {
    const auto it = later.find(t.node);
    t.moved = it == later.end() || it->second->number != t.number || it->second->kind != t.kind ||
              it->second->subject != t.subject || it->second->chain.size() != t.chain.size() ||
              it->second->chain.front().promise != t.chain.front().promise ||
              it->second->chain.back().promise != t.chain.back().promise;
  }
}

void Walker::holders() {
  struct Slot {
    std::uint64_t mutex, task, mark;
  };
  static_assert(sizeof(Slot) == sizeof(sync::internal::lock_holder));
  std::vector<Slot> slots(l_.lock_holder_count);
  if (!pages_.read(reinterpret_cast<std::uint64_t>(l_.lock_holders), slots.data(), slots.size() * sizeof(Slot))) return;
  for (const Slot& s : slots) {
    if (s.mutex == 0 || !pointer(s.task)) continue;
    if (pages_.value<std::uint16_t>(s.task + l_.promise_mark) == s.mark) {
      state_.lock_holders[s.mutex] = s.task;
    }
  }
}

}  // namespace

std::optional<DescriptorWait> descriptor_wait(const AsyncTask& task) {
  // In the order of io_kind (lockstep/async/internal/io.h); nothing for those that no readiness ends.
  constexpr std::array kWrites = {0, 1, 0, 1, 0, 1};
  const std::size_t kind = task.kind - std::size_t{static_cast<std::uint8_t>(async::wait_kind::descriptor)};
  if (kind >= kWrites.size()) return std::nullopt;
  return DescriptorWait{static_cast<int>(static_cast<std::uint32_t>(task.subject)), kWrites[kind] != 0};
}

AsyncState read_async(const Snapshot& snapshot, const AsyncLook& look) {
  AsyncState out;
  Pages pages(snapshot.memory);
  const auto deadline = Clock::now() + look.limit;
  std::set<std::uint64_t> seen;
  std::list<Layout> layouts;  // walkers refer to them
  std::list<Walker> walkers;
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
    layouts.push_back(layout);
    Walker& walker = walkers.emplace_back(pages, layouts.back(), deadline, &out);
    for (std::uint32_t i = 0; i < layout.loop_count; ++i) {
      const auto loop = pages.value<std::uint64_t>(reinterpret_cast<std::uint64_t>(layout.loops) + i * sizeof(void*));
      if (loop != 0 && loop % sizeof(void*) == 0) walker.first_look(loop, look.standing);
    }
  }
  const auto moment = [&] {
    for (Walker& w : walkers) w.at_that_moment();
  };
  if (look.at_once && !walkers.empty()) {
    look.at_once(moment);
  } else {
    moment();
  }
  for (Walker& w : walkers) {
    w.last_look();
    if (w.late()) out.complete = false;
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

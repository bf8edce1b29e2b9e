#include "record/dump.h"

#include <sys/syscall.h>

#include "program/program.h"

namespace lockstep::runtime::dump {
namespace {

constexpr u32 kMaxTokens = 4096;
constexpr u32 kMaxText = 1u << 18;

struct Text {
  char* at;
  char* end;
  void put(char c) {
    if (at < end) *at++ = c;
  }
  void number(u64 n) {
    if (n >= 10) number(n / 10);
    put(static_cast<char>('0' + n % 10));
  }
};

bool counts(const Event& e) { return e.kind == EventKind::kMemory || e.kind == EventKind::kObject; }

bool less(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return static_cast<unsigned char>(*a) < static_cast<unsigned char>(*b);
}

}  // namespace

void execution(int fd) {
  static char* memory = static_cast<char*>(reserve(2 * kMaxText));
  static const char* token[kMaxTokens];
  u32 tokens = 0;
  u32 n = 0;
  const Event* events = program.optimal->events(n);
  Text text = {memory, memory + kMaxText - 1};
  auto name = [&](const Event& e) {
    u32 index = 0;
    for (u32 i = 0; &events[i] != &e; ++i) index += events[i].thread == e.thread && counts(events[i]);
    text.number(e.thread);
    text.put('.');
    text.number(index);
  };
  auto by_name = [&](Name wanted) -> const Event* {
    for (u32 i = 0; i < n; ++i) {
      if (events[i].name() == wanted) return &events[i];
    }
    return nullptr;
  };
  auto begin = [&] {
    if (tokens < kMaxTokens) token[tokens++] = text.at;
  };
  for (u32 i = 0; i < n; ++i) {
    const Event& e = events[i];
    if (e.kind != EventKind::kMemory || !e.reads) continue;
    begin();
    name(e);
    text.put('<');
    const Event* source = is_event(e.source) ? by_name(e.source) : nullptr;
    source ? name(*source) : text.put('i');
    text.put(0);
  }
  for (Location* l = program.graph.locations(); l; l = l->next) {
    bool first = true;
    for (Store* s = l->first; s; s = s->next) {
      const Event* e = is_event(s->name) ? by_name(s->name) : nullptr;
      if (!e) continue;
      if (first) begin();
      for (const char* p = first ? "co:" : ","; *p; ++p) text.put(*p);
      first = false;
      name(*e);
    }
    if (!first) text.put(0);
  }
  for (u32 i = 0; i < n; ++i) {
    if (events[i].kind != EventKind::kObject) continue;
    bool first = true;
    for (u32 k = 0; k < n; ++k) {
      if (events[k].kind != EventKind::kObject || events[k].where != events[i].where) continue;
      if (first && k != i) break;
      if (first) begin();
      for (const char* p = first ? "ob:" : ","; *p; ++p) text.put(*p);
      first = false;
      name(events[k]);
    }
    if (!first) text.put(0);
  }
  for (u32 i = 1; i < tokens; ++i) {
    const char* moved = token[i];
    u32 k = i;
    for (; k > 0 && less(moved, token[k - 1]); --k) token[k] = token[k - 1];
    token[k] = moved;
  }
  Text line = {memory + kMaxText, memory + 2 * kMaxText};
  char* start = line.at;
  for (u32 i = 0; i < tokens; ++i) {
    if (i) line.put(' ');
    for (const char* p = token[i]; *p; ++p) line.put(*p);
  }
  line.put('\n');
  raw_syscall(SYS_write, fd, reinterpret_cast<i64>(start), line.at - start);
}

}  // namespace lockstep::runtime::dump

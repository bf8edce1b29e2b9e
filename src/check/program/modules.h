// The loaded modules: where they lie and which of them are instrumented.
//
// Thread safety: load() outside of executions; the rest only reads.
#pragma once

#include "base/base.h"
#include "protocol/segment.h"

namespace lockstep::runtime::modules {

struct Segment {
  u64 low, high;
};
struct Module {
  u64 base, low, high;
  u64 text_low, text_high;
  char path[240];
  bool own;     // the runtime
  bool loader;  // ld.so or the vdso
  bool c_library;
  bool program;           // the executable
  bool uninstrumented;    // a system library
  u64 plt_low, plt_high;  // the table that the loader fills as functions are called for the first time
  u32 writable_count;
  Segment writable[4];  // without what is read-only after relocation
};

void load();
u32 count();
const Module& at(u32 i);
const Module* find(u64 pc);
bool is_own(u64 pc);
bool is_c_library(u64 pc);
/// libstdc++, libc and other system libraries, which were not compiled with -fsanitize=thread.
bool is_uninstrumented_library(u64 pc);
void describe(protocol::Segment& segment);

}  // namespace lockstep::runtime::modules

#include "detect/deadlock.h"

#include "program/objects.h"
#include "program/program.h"

namespace lockstep::runtime::detect {

void deadlock(const u16* live, u32 count) {
  u32 spinning = 0;
  u32 blocked = 0;
  Thread* first = nullptr;
  for (u32 i = 0; i < count; ++i) {
    Thread& t = program.thread(live[i]);
    if (t.awaiting) {
      ++spinning;
      if (!first) first = &t;
    } else if (!t.waits_for_thread) {
      ++blocked;
      first = &t;
    }
  }
  if (!first) first = &program.thread(live[0]);
  bool livelock = spinning > 0 && blocked == 0;
  u64 address = first->waits_for ? first->waits_for->address : first->pending.object;
  program.bug(livelock ? Kind::kLivelock : Kind::kDeadlock, first, address, first->wait_pc);
}

}  // namespace lockstep::runtime::detect

// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// An owner that pushes two and takes two, against a thief: each entry is had once, by one of them, and what was written
// before the push is seen.
#include "lockstep/sync/internal/work_deque.h"

#include <cassert>
#include <thread>

struct job {
  int data = 0;
  int done = 0;
};

int main() {
  lockstep::sync::internal::work_deque<job> deque(2);
  job jobs[2];
  std::thread thief([&] {
    for (int i = 0; i < 2; ++i) {
      if (job* j = deque.steal()) {
        assert(j->data == 1);
        ++j->done;
      }
    }
  });
  for (job& j : jobs) {
    j.data = 1;
    deque.push(&j);
  }
  while (job* j = deque.take()) ++j->done;
  thief.join();
  assert(jobs[0].done == 1 && jobs[1].done == 1);
}

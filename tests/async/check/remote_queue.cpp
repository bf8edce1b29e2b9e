// expect: pass complete
// options: --mode exhaustive
// The hand-off between threads and a loop: two threads push, the loop sleeps when there is nothing. Whatever was pushed
// is taken once, what a thread did before is seen, and no push is slept through.
#include "lockstep/async/internal/remote_queue.h"

#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace lockstep::async::internal;

struct message final : remote_node {
  int payload = 0;
  int* taken = nullptr;
  void arrived() noexcept override { *taken += payload; }
};

// What an eventfd is to the loop.
std::mutex m;
std::condition_variable woken;
bool wake = false;

int main() {
  remote_queue queue;
  int taken = 0;
  message messages[2];
  auto push = [&](int i) {
    messages[i].payload = i + 1;
    messages[i].taken = &taken;
    if (queue.push(messages[i])) {
      std::scoped_lock lock(m);
      wake = true;
      woken.notify_one();
    }
  };
  std::thread a(push, 0), b(push, 1);
  while (taken != 3) {
    if (queue.prepare_sleep()) {
      {
        std::unique_lock lock(m);
        woken.wait(lock, [] { return wake; });
        wake = false;
      }
      queue.awake();
    }
    queue.take_all();
  }
  a.join();
  b.join();
}

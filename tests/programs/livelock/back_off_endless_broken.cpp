// expect: fail kind=livelock
// tags: spin
// Two servers that are not meant to end; each pass over both resources is tried until it succeeds, in the opposite
// order.
#include <atomic>
#include <thread>

std::atomic_flag left = ATOMIC_FLAG_INIT, right = ATOMIC_FLAG_INIT;

void serve(std::atomic_flag& first, std::atomic_flag& second) {
  for (;;) {
    for (;;) {
      while (first.test_and_set()) std::this_thread::yield();
      if (!second.test_and_set()) break;
      first.clear();
    }
    second.clear();
    first.clear();
  }
}

int main() {
  std::thread a(serve, std::ref(left), std::ref(right)), b(serve, std::ref(right), std::ref(left));
  a.join();
  b.join();
}

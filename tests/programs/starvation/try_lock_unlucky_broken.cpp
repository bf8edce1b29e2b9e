// expect: fail kind=starvation object=m
// tags: spin
// A thread that only tries can come each time while another one holds it.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex m;
std::atomic<bool> done{false};

int main() {
  std::thread busy([] {
    while (!done) std::lock_guard lock(m);
  });
  std::thread tries([] {
    while (!m.try_lock()) std::this_thread::yield();
    done = true;
    m.unlock();
  });
  busy.join();
  tries.join();
}

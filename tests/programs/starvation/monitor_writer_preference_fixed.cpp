// expect: pass
// options: --time 2s --depth 4000
// Readers let a waiting writer go first, and a writer that has been in lets readers go first.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
int readers = 0;
bool writer_waits = false;

void reader() {
  for (;;) {
    {
      std::unique_lock lock(m);
      changed.wait(lock, [] { return !writer_waits; });
      ++readers;
    }
    std::lock_guard lock(m);
    if (--readers == 0) changed.notify_all();
  }
}

void writer() {
  for (;;) {
    std::unique_lock lock(m);
    writer_waits = true;
    changed.wait(lock, [] { return readers == 0; });
    writer_waits = false;
    changed.notify_all();
  }
}

int main() {
  std::thread r1(reader), r2(reader), w(writer);
  r1.join();
  r2.join();
  w.join();
}
